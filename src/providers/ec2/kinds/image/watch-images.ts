import type { Image, Snapshot } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { readOwnImages, snapshotsOfImage } from './read-images.js'
import { readOwnSnapshots } from '../volume-snapshot/read-snapshots.js'
import { readForEach } from '../../wire/pages.js'
import { createWatcher, type Watcher } from '../../waiting/waiters.js'

/** An image, with how much of its snapshots is there by now. */
export interface WatchedImage {
  readonly image: Image
  readonly percent: number
}

/** Watches images of one region, as far as EC2 shows it with the progress of the snapshots that they wait for. */
export function watchImages(api: Ec2Api): Watcher<WatchedImage> {
  const { clock, pollScale, timeoutScale } = api.settings
  return createWatcher<WatchedImage>({
    clock,
    pollScale,
    timeoutScale,
    stateOf: ({ image, percent }) => `${image.State} ${percent}%`,
    read: async (ids) => {
      const images = await readForEach(ids, (Values) => readOwnImages(api, [{ Name: 'image-id', Values }]))
      const pending = images.filter(({ State }) => State === 'pending')
      const snapshots = await readForEach([...new Set(pending.flatMap(snapshotsOfImage))], (Values) =>
        readOwnSnapshots(api, [{ Name: 'snapshot-id', Values }]),
      )
      const byId = new Map(snapshots.map((snapshot) => [snapshot.SnapshotId, percentOf(snapshot)]))
      return new Map(images.map((image) => [image.ImageId ?? '', { image, percent: percentOfImage(image, byId) }]))
    },
  })
}

function percentOfImage(image: Image, percents: ReadonlyMap<string | undefined, number>): number {
  if (image.State === 'available') return 100
  const known = snapshotsOfImage(image).map((id) => percents.get(id) ?? 0)
  return known.length === 0 ? 0 : known.reduce((sum, percent) => sum + percent, 0) / known.length
}

/** EC2 says `37%`, or nothing yet. */
function percentOf({ State, Progress }: Snapshot): number {
  if (State === 'completed') return 100
  const percent = Number.parseInt(Progress ?? '0', 10)
  return Number.isNaN(percent) ? 0 : Math.min(100, Math.max(0, percent))
}
