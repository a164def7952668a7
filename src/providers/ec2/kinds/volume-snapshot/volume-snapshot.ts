import type { Kind } from '../kind.js'
import { describeSnapshots, observedSnapshots } from './observe-snapshots.js'
import { readSnapshot } from './read-snapshots.js'
import { createSnapshotCalls } from './snapshot-calls.js'

/** Snapshots of volumes, and those that hold archives. */
export const snapshotKind = {
  idPrefixes: ['snap'],
  readById: readSnapshot,
  describe: describeSnapshots,
  facts: observedSnapshots,
  cloud: createSnapshotCalls,
} as const satisfies Kind<unknown, never, object, object>
