import type { Volume } from '@aws-sdk/client-ec2'
import type { LiveVolume } from '../../../../model/kinds/volume.js'
import { tagsOf } from '../../tags/tag-lists.js'
import { textOf } from '../../wire/text-of.js'

const volumeStates = ['creating', 'available', 'in-use', 'error'] as const
const attachmentStates = ['attaching', 'attached', 'busy', 'detaching'] as const

/** The volume without the address that names it, or undefined for one that is being deleted. */
export function volumeFacts(volume: Volume): Omit<LiveVolume, 'address'> | undefined {
  const state = volumeStates.find((name) => name === volume.State)
  if (state === undefined) return undefined
  return {
    id: volume.VolumeId ?? '',
    tags: tagsOf(volume.Tags),
    state,
    sizeGiB: volume.Size ?? 0,
    type: volume.VolumeType ?? 'standard',
    iops: volume.Iops,
    throughputMiBps: volume.Throughput,
    encrypted: volume.Encrypted ?? false,
    kmsKey: textOf(volume.KmsKeyId),
    zone: volume.AvailabilityZone ?? '',
    ...(volume.CreateTime && { createdAt: volume.CreateTime.toISOString() }),
    snapshotId: textOf(volume.SnapshotId),
    attachment: attachmentOf(volume),
  }
}

/** Where a volume is attached, `detached` entries left out. */
export function attachmentOf(volume: Volume): LiveVolume['attachment'] {
  for (const attachment of volume.Attachments ?? []) {
    const state = attachmentStates.find((name) => name === attachment.State)
    if (state !== undefined) {
      return { instanceId: attachment.InstanceId ?? '', state, deviceName: attachment.Device ?? '' }
    }
  }
  return undefined
}
