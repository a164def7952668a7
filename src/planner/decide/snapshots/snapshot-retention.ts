import type { SnapshotSchedule } from '../../../model/kinds/volume-snapshot.js'

/** A snapshot as its retention sees it. */
export interface Kept {
  readonly id: string
  /** ISO 8601. */
  readonly startedAt: string
}

const dayMs = 24 * 3_600_000

/**
 * The ids that the rules let go of, oldest first: those that are neither among the newest `last`, nor the newest of one
 * of the last `daily` days (UTC) that have one, nor of one of the last `weekly` weeks (ISO, UTC). The newest of all
 * stays whatever the rules say.
 */
export function prunableSnapshots(
  snapshots: readonly Kept[],
  keep: NonNullable<SnapshotSchedule['keep']>,
): readonly string[] {
  const newestFirst = [...snapshots].sort(
    (left, right) => compare(right.startedAt, left.startedAt) || compare(right.id, left.id),
  )
  const kept = new Set([
    ...newestFirst.slice(0, Math.max(1, keep.last)),
    ...newestOfEach(newestFirst, keep.daily, dayOf),
    ...newestOfEach(newestFirst, keep.weekly, weekOf),
  ])
  return newestFirst
    .filter((snapshot) => !kept.has(snapshot))
    .map(({ id }) => id)
    .reverse()
}

function newestOfEach(
  newestFirst: readonly Kept[],
  periodsMax: number,
  periodOf: (startedAt: string) => number,
): readonly Kept[] {
  const newest = new Map<number, Kept>()
  for (const snapshot of newestFirst) {
    const period = periodOf(snapshot.startedAt)
    if (!newest.has(period)) newest.set(period, snapshot)
  }
  return [...newest.values()].slice(0, periodsMax)
}

/** Days since 1970-01-01, UTC. */
function dayOf(startedAt: string): number {
  return Math.floor(Date.parse(startedAt) / dayMs)
}

/** Weeks from Monday to Sunday; 1970-01-01 was a Thursday. */
function weekOf(startedAt: string): number {
  return Math.floor((dayOf(startedAt) + 3) / 7)
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1
}
