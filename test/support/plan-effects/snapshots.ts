import type { Address } from '../../../src/model/address.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import type { LiveSnapshot } from '../../../src/model/kinds/volume-snapshot.js'
import { copySourceText } from '../../../src/model/regions/region-copy.js'
import { copyTagKey, tagKeys, type Tags } from '../../../src/model/tags.js'
import { Refused, type World } from './world.js'

export const snapshotEffects = {
  'create-snapshot'(world: World, step: StepOf<'create-snapshot'>) {
    const volumeId = step.volumeId ?? world.idOf(step.bound ?? step.address)
    if (step.only !== undefined && world.snapshots.some((known) => known.volumeId === volumeId)) return
    world.ids.set(
      step.id,
      createSnapshot(
        world,
        step.address,
        step.id,
        step.share ? { volumeId, tags: step.tags, share: step.share } : { volumeId, tags: step.tags },
      ),
    )
  },
  'create-snapshots'(world: World, step: StepOf<'create-snapshots'>) {
    for (const request of step.snapshots) {
      const { address } = world.volume(request.volumeId)
      const id = createSnapshot(world, address, `${step.id}-${request.volumeId}`, request)
      world.ids.set(`${step.id} ${request.volumeId}`, id)
    }
  },
  'modify-snapshot'(world: World, { snapshotId, shares, tags }: StepOf<'modify-snapshot'>) {
    world.snapshots = world.snapshots.map((known) => {
      if (known.id !== snapshotId) return known
      const stays = (known.sharedWith ?? []).filter((share) => !shares.removed.includes(share))
      return { ...known, tags: { ...known.tags, ...tags }, sharedWith: [...stays, ...shares.added].sort() }
    })
  },
  'copy-snapshot'(world: World, step: StepOf<'copy-snapshot'>) {
    const taken = step.volumeId === undefined ? step.snapshotStep : `${step.snapshotStep} ${step.volumeId}`
    const sourceId = step.snapshotId ?? world.ids.get(taken ?? '')
    const source = world.snapshots.find(({ id }) => id === sourceId)
    if (source?.state !== 'completed') throw new Refused(`${sourceId} is ${source?.state ?? 'gone'}`)
    const id = world.newId('snap', step.id)
    const copyOf = copySourceText({ region: world.before.region, id: source.id })
    const tags = { ...step.tags, [tagKeys.copyOf]: copyOf, [tagKeys.taken]: source.startedAt }
    const there = world.elsewhere.find(({ region }) => region === step.region)
    const copy: LiveSnapshot = { ...source, id, tags, volumeId: 'vol-ffffffff' }
    if (there) there.snapshots = [...there.snapshots, copy]
    else world.elsewhere.push({ region: step.region, snapshots: [copy] })
    source.tags = { ...source.tags, [copyTagKey(step.region)]: id }
  },
  'delete-snapshot'(world: World, step: StepOf<'delete-snapshot'>) {
    const snapshotId = step.snapshotId ?? world.ids.get(step.snapshotStep ?? '')
    world.snapshots = world.snapshots.filter(({ id }) => id !== snapshotId)
    for (const there of world.elsewhere) there.snapshots = there.snapshots.filter(({ id }) => id !== snapshotId)
  },
}

function createSnapshot(
  world: World,
  address: Address,
  name: string,
  {
    volumeId,
    tags,
    share = [],
  }: { readonly volumeId: string; readonly tags: Tags; readonly share?: readonly string[] },
): string {
  const id = world.newId('snap', name)
  const uuid = rootOf(world, volumeId) ? undefined : world.contents.get(volumeId)?.content?.uuid
  world.snapshots.push({
    address,
    id,
    tags: uuid === undefined ? tags : { [tagKeys.uuid]: uuid, ...tags },
    volumeId,
    state: 'completed',
    startedAt: `2026-11-21T0${world.generation % 10}:00:00.000Z`,
    sizeGiB: sizeOf(world, volumeId),
    ...(share.length > 0 && { sharedWith: share }),
  })
  return id
}

/** Root disks are their servers'. */
function sizeOf(world: World, volumeId: string): number {
  return rootOf(world, volumeId)?.sizeGiB ?? world.volume(volumeId).sizeGiB
}

function rootOf(world: World, volumeId: string) {
  return world.servers.find(({ rootVolume }) => rootVolume?.id === volumeId)?.rootVolume
}
