import type { Address } from '../../../model/address.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { SnapshotHold } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import type { DraftChange } from '../decided.js'

/** What the schedule of a volume's snapshots asks for, beside what becomes of the volume. There is no work without either. */
export interface ScheduledWork {
  readonly volume: Address
  readonly due: DueSnapshot | undefined
  /** Snapshots that the rules let go of, oldest first. */
  readonly pruned: readonly LiveSnapshot[]
}

export interface DueSnapshot {
  readonly volumeId: string
  readonly tags: Tags
  readonly hold: SnapshotHold | undefined
  /** Rules that copy to or from the volume: what they bring is part of the snapshot, and keeps nothing busy then. */
  readonly copies: readonly Address[]
}

/** The change of a volume with what its schedule asks for. Neither is a difference. */
export function withScheduled(change: DraftChange, work: ScheduledWork | undefined): DraftChange {
  if (!work) return change
  const { due, pruned } = work
  const notes = [
    ...(due ? ['a snapshot is due'] : []),
    ...(pruned.length > 0
      ? [`${pruned.length === 1 ? 'a snapshot is' : `${pruned.length} snapshots are`} kept no longer`]
      : []),
  ]
  const kind = change.kind === 'none' ? 'update' : change.kind
  return { ...change, kind, reason: [change.reason, ...notes].filter((text) => text !== '').join('; ') }
}
