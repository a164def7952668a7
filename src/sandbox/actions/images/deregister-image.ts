import { dropSnapshot } from '../../lifecycle/snapshot.js'
import { boolean, required, string } from '../../wire/shape.js'
import { findOwnImage } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'

/** What runs of it goes on; its snapshots stay, unless the call says that they go too. */
export const deregisterImage = defineAction({
  name: 'DeregisterImage',
  effect: 'writes',
  members: { ImageId: required(string), DeleteAssociatedSnapshots: boolean },
  run: ({ ImageId, DeleteAssociatedSnapshots }, world) => {
    const image = findOwnImage(world, ImageId)
    forgetUnused(world)
    world.ownImages.put({ ...image, state: 'deregistered' })
    world.tags.delete(image.id)
    if (DeleteAssociatedSnapshots !== true) return { return: true }
    const results = [image.root, ...image.disks].map(({ snapshotId }) => {
      const snapshot = world.snapshots.get(snapshotId)
      const other = world.images.find(({ root, disks }) =>
        [root, ...disks].some((disk) => disk.snapshotId === snapshotId),
      )
      if (!snapshot || other) return { snapshotId, returnCode: 'skipped' }
      if (snapshot.state === 'pending') world.snapshots.put({ ...snapshot, deleteWhenComplete: true })
      else dropSnapshot(world, snapshot)
      return { snapshotId, returnCode: 'success' }
    })
    return { return: true, deleteSnapshotResultSet: results }
  },
})

/** EC2 forgets a deregistered image some time after the last instance of it has ended: here, at the next deregistration. */
function forgetUnused({ ownImages, instances }: World): void {
  for (const { id, state } of ownImages.values()) {
    if (state === 'deregistered' && !instances.find(({ imageId }) => imageId === id)) ownImages.delete(id)
  }
}
