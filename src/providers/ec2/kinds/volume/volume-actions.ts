import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DescribeVolumeStatusCommand,
  EnableVolumeIOCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
} from '@aws-sdk/client-ec2'
import { reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about volumes. */
export const volumeActions = {
  DescribeVolumes: { command: DescribeVolumesCommand, ...reads },
  DescribeVolumeStatus: { command: DescribeVolumeStatusCommand, ...reads },
  EnableVolumeIO: { command: EnableVolumeIOCommand, ...writes },
  DescribeVolumesModifications: { command: DescribeVolumesModificationsCommand, ...reads },
  AttachVolume: { command: AttachVolumeCommand, ...writes },
  CreateVolume: { command: CreateVolumeCommand, ...writes },
  DeleteVolume: { command: DeleteVolumeCommand, ...removes },
  DetachVolume: { command: DetachVolumeCommand, ...writes },
  ModifyVolume: { command: ModifyVolumeCommand, ...writes },
} as const satisfies ActionTable
