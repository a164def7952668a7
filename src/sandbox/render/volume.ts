import type { Attachment, Modification, Volume } from '../model/volume.js'
import type { RawXml, XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'
import { RenderCache } from './cache.js'
import { renderTags } from './tags.js'

const cache = new RenderCache<Volume>()

/** The same as `renderVolume`, rendered anew only when the volume or its tags have changed. */
export function renderVolumeCached(world: World, volume: Volume): RawXml {
  return cache.get(volume, [world.tags.get(volume.id)], () => renderVolume(world, volume))
}

export function renderVolume(world: World, volume: Volume): XmlRecord {
  return {
    volumeId: volume.id,
    size: volume.sizeGiB,
    snapshotId: volume.snapshotId ?? '',
    availabilityZone: volume.zone,
    availabilityZoneId: world.region.zones.find((zone) => zone.name === volume.zone)?.id,
    status: volume.state,
    createTime: new Date(volume.createdAtMs),
    attachmentSet: volume.attachment ? [renderAttachment(volume.id, volume.attachment)] : [],
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    multiAttachEnabled: false,
    tagSet: renderTags(world.tags.get(volume.id)),
  }
}

export function renderAttachment(volumeId: string, attachment: Attachment): XmlRecord {
  return {
    volumeId,
    instanceId: attachment.instanceId,
    device: attachment.deviceName,
    status: attachment.state,
    attachTime: new Date(attachment.attachedAtMs),
    deleteOnTermination: attachment.deleteOnTermination,
  }
}

export function renderModification(volumeId: string, modification: Modification): XmlRecord {
  const { before, after } = modification
  return {
    volumeId,
    modificationState: modification.state,
    targetSize: after.sizeGiB,
    targetIops: after.iops,
    targetVolumeType: after.type,
    targetThroughput: after.throughput,
    targetMultiAttachEnabled: false,
    originalSize: before.sizeGiB,
    originalIops: before.iops,
    originalVolumeType: before.type,
    originalThroughput: before.throughput,
    originalMultiAttachEnabled: false,
    progress: modification.progress,
    startTime: new Date(modification.startedAtMs),
    endTime: modification.endedAtMs === undefined ? undefined : new Date(modification.endedAtMs),
  }
}
