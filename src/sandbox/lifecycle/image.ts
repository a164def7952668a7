import type { Image, ImageState } from '../model/image.js'
import type { World } from '../world/world.js'

/** pending -> available with the last of its snapshots, or -> failed with the first that fails. The caller commits. */
export function settleImages(world: World): void {
  for (const image of world.ownImages.values()) {
    if (image.state !== 'pending') continue
    const state = stateOf(world, image)
    if (state !== 'pending') world.ownImages.put({ ...image, state })
  }
}

function stateOf(world: World, { root, disks }: Image): ImageState {
  const states = [root, ...disks].map(({ snapshotId }) => world.snapshots.get(snapshotId)?.state ?? 'error')
  if (states.includes('error')) return 'failed'
  return states.includes('pending') ? 'pending' : 'available'
}
