import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumeAttributeCommand,
  DescribeVolumesCommand,
  DescribeVolumeStatusCommand,
  EnableVolumeIOCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeAttributeCommand,
  ModifyVolumeCommand,
} from '@aws-sdk/client-ec2'
import { reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about volumes. */
export const volumeActions = {
  DescribeVolumes: { command: DescribeVolumesCommand, ...reads },
  DescribeVolumeStatus: { command: DescribeVolumeStatusCommand, ...reads },
  DescribeVolumeAttribute: { command: DescribeVolumeAttributeCommand, ...reads },
  ModifyVolumeAttribute: { command: ModifyVolumeAttributeCommand, ...writes },
  EnableVolumeIO: { command: EnableVolumeIOCommand, ...writes },
  DescribeVolumesModifications: { command: DescribeVolumesModificationsCommand, ...reads },
  AttachVolume: { command: AttachVolumeCommand, ...writes },
  CreateVolume: { command: CreateVolumeCommand, ...writes },
  DeleteVolume: { command: DeleteVolumeCommand, ...removes },
  DetachVolume: { command: DetachVolumeCommand, ...writes },
  ModifyVolume: { command: ModifyVolumeCommand, ...writes },
} as const satisfies ActionTable
