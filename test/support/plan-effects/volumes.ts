import type { StepOf } from '../../../src/model/steps/step.js'
import { tagKeys } from '../../../src/model/tags.js'
import { Refused, withTags, type World } from './world.js'

export const volumeEffects = {
  'create-volume'(world: World, step: StepOf<'create-volume'>) {
    const isThere = world.volumes.some(
      ({ address, tags }) => address === step.address && tags[tagKeys.retained] === undefined,
    )
    if (isThere) throw new Refused(`${step.address} exists`)
    const id = world.newId('vol', step.id)
    const snapshotId = step.snapshotId ?? world.ids.get(step.snapshotStep ?? '')
    const snapshot = world.snapshots.find((known) => known.id === snapshotId)
    world.volumes.push({
      address: step.address,
      id,
      tags: step.snapshotStep === undefined ? step.tags : { ...step.tags, [tagKeys.origin]: snapshotId ?? '' },
      state: 'available',
      sizeGiB: step.sizeGiB ?? snapshot?.sizeGiB ?? 1,
      type: step.type,
      iops: step.iops,
      throughputMiBps: step.throughputMiBps,
      encrypted: step.encrypted ?? false,
      kmsKey: step.kmsKey,
      zone: step.zone,
      snapshotId,
      attachment: undefined,
    })
    world.ids.set(step.bound ?? step.address, id)
    const copy = world.deviceFromSnapshot({ id, snapshotId })
    if (copy) world.contents.set(id, copy)
    const top = world.tops.get(snapshot?.volumeId ?? '')
    if (top) world.tops.set(id, top)
  },
  'adopt-volume'(world: World, step: StepOf<'adopt-volume'>) {
    const volume = world.volume(step.volumeId)
    volume.address = step.address
    volume.tags = withTags(volume.tags, step.tags, step.removeTags)
    world.ids.set(step.address, volume.id)
  },
  'attach-volume'(world: World, step: StepOf<'attach-volume'>) {
    const volume = world.volume(step.volumeId ?? world.idOf(step.bound ?? step.address))
    const server = world.server(step.server)
    if (volume.attachment) throw new Refused(`${volume.id} is attached`)
    if (volume.zone !== server.zone) throw new Refused(`${volume.id} is in another zone`)
    volume.attachment = { instanceId: server.id, state: 'attached', deviceName: '/dev/sdf' }
    volume.state = 'in-use'
  },
  'detach-volume'(world: World, step: StepOf<'detach-volume'>) {
    const volume = world.volume(step.volumeId)
    if (world.disks.get(step.instanceId)?.mounts.some(({ volumeId }) => volumeId === volume.id)) {
      throw new Refused(`${volume.id} is mounted`)
    }
    volume.attachment = undefined
    volume.state = 'available'
  },
  'modify-volume'(world: World, step: StepOf<'modify-volume'>) {
    const volume = world.volume(step.volumeId)
    if (step.sizeGiB < volume.sizeGiB) throw new Refused('a volume never shrinks')
    Object.assign(volume, { sizeGiB: step.sizeGiB, type: step.type })
    volume.iops = step.iops ?? volume.iops
    volume.throughputMiBps = step.throughputMiBps ?? volume.throughputMiBps
  },
  'set-auto-enable-io'(world: World, { address, volumeId, enabled }: StepOf<'set-auto-enable-io'>) {
    world.volume(volumeId ?? world.idOf(address)).autoEnableIo = enabled
  },
  'supersede-volume'(world: World, step: StepOf<'supersede-volume'>) {
    const volume = world.volume(step.volumeId)
    const by = step.snapshotId ?? world.ids.get(step.snapshotStep ?? '') ?? ''
    volume.tags = { ...volume.tags, ...step.tags, [tagKeys.superseded]: by }
  },
  'delete-volume'(world: World, step: StepOf<'delete-volume'>) {
    if (world.volume(step.volumeId).attachment) throw new Refused(`${step.volumeId} is attached`)
    world.volumes = world.volumes.filter(({ id }) => id !== step.volumeId)
  },
}
