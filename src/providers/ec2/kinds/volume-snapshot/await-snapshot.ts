import type { Snapshot } from '@aws-sdk/client-ec2'
import type { Waiting } from '../../../../executor/ports.js'
import { providerError } from '../../errors/provider-errors.js'
import { usualMs } from '../../waiting/usual-times.js'
import { watchById } from '../../waiting/watch-by-id.js'
import type { Watcher } from '../../waiting/waiters.js'
import type { Ec2Api } from '../../wire/api.js'
import { readOwnSnapshots } from './read-snapshots.js'

/** A first snapshot of a large volume takes hours, and so does its way to another region. */
export const completedLimitMs = 24 * 3_600_000

/** `of`: the volume, or the snapshot, of which it is one. */
export type AwaitSnapshot = (
  place: Ec2Api,
  snapshot: { readonly id: string; readonly of: string } & Waiting,
) => Promise<void>

/** Waits until snapshots are completed, here and in other regions: all of a region share one Describe. */
export function createSnapshotWaits(): AwaitSnapshot {
  const watchers = new Map<Ec2Api, Watcher<Snapshot>>()
  return async (place, { id, of, onProgress }) => {
    const watcher = watchers.get(place) ?? watchSnapshots(place)
    watchers.set(place, watcher)
    await watcher.until(
      id,
      (snapshot) => {
        if (snapshot?.State === 'error') throw failed(snapshot, of)
        onProgress?.(percentOf(snapshot))
        return snapshot?.State === 'completed' ? true : undefined
      },
      {
        what: `${id} of ${of} to complete`,
        timeoutMs: completedLimitMs,
        usualMs: usualMs.snapshotCompletes,
        rhythm: 'open-ended',
      },
    )
  }
}

function watchSnapshots(place: Ec2Api): Watcher<Snapshot> {
  return watchById(
    place,
    'snapshot-id',
    readOwnSnapshots,
    ({ SnapshotId }) => SnapshotId,
    ({ State, Progress }) => `${State} ${Progress ?? ''}`.trim(),
  )
}

/** EC2 says `37%`, or nothing yet. */
function percentOf(snapshot: Snapshot | undefined): number {
  if (snapshot?.State === 'completed') return 100
  const percent = Number.parseInt(snapshot?.Progress ?? '0', 10)
  return Number.isNaN(percent) ? 0 : Math.min(100, Math.max(0, percent))
}

function failed({ SnapshotId, StateMessage }: Snapshot, of: string) {
  return providerError(
    'EC2_SNAPSHOT_FAILED',
    'bad-request',
    `EC2 could not complete ${SnapshotId} of ${of}${StateMessage === undefined || StateMessage === '' ? '' : `: ${StateMessage}`}`,
    {
      hint: of.startsWith('snap-')
        ? 'look at the key that the file names for that region, and who may use it; apply again: what failed is taken away'
        : 'nothing that needed it was done; apply again, and delete the failed snapshot by hand',
      action: of.startsWith('snap-') ? 'CopySnapshot' : 'CreateSnapshot',
    },
  )
}
