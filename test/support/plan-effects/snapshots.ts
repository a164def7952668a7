import type { Address } from '../../../src/model/address.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import { tagKeys, type Tags } from '../../../src/model/tags.js'
import type { World } from './world.js'

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
      createSnapshot(world, address, `${step.id}-${request.volumeId}`, request)
    }
  },
  'modify-snapshot'(world: World, { snapshotId, shares, tags }: StepOf<'modify-snapshot'>) {
    world.snapshots = world.snapshots.map((known) => {
      if (known.id !== snapshotId) return known
      const stays = (known.sharedWith ?? []).filter((share) => !shares.removed.includes(share))
      return { ...known, tags: { ...known.tags, ...tags }, sharedWith: [...stays, ...shares.added].sort() }
    })
  },
  'delete-snapshot'(world: World, step: StepOf<'delete-snapshot'>) {
    const snapshotId = step.snapshotId ?? world.ids.get(step.snapshotStep ?? '')
    world.snapshots = world.snapshots.filter(({ id }) => id !== snapshotId)
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
    sharedWith: share,
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
