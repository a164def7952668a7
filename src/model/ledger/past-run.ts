import type { RunNote } from './run-note.js'

/** A version of a stack's ledger as history sees it. */
export interface LedgerEntry {
  /** EC2's number; grows. */
  readonly version: number
  /** By EC2's clock, ISO 8601; undefined where EC2 does not say it. */
  readonly at: string | undefined
  /** The ARN of who wrote it, as EC2 knows it; undefined where it does not say it. */
  readonly principal: string | undefined
  /** Absent in what was written before runs were noted, and where no run wrote it. */
  readonly note?: RunNote | undefined
}

/** A run as EC2 remembers it. */
export interface PastRun extends RunNote {
  /** When it was first written down, and last; by EC2's clock, ISO 8601. */
  readonly firstAt: string | undefined
  readonly lastAt: string | undefined
  readonly principal: string | undefined
}

/** What there is to tell of a stack's past. */
export interface StackHistory {
  readonly stack: string
  /** Newest first. */
  readonly runs: readonly PastRun[]
  /** What tells of no run: written before runs were noted, or by none. */
  readonly unnoted: readonly LedgerEntry[]
}

/** The runs that these versions tell of, newest first. The last that is said of a run holds. */
export function pastRuns(entries: readonly LedgerEntry[]): readonly PastRun[] {
  const runs = new Map<string, PastRun>()
  for (const { at, principal, note } of [...entries].sort((left, right) => left.version - right.version)) {
    if (!note) continue
    const before = runs.get(note.run)
    // Where a run was written down last says where it stands among the others.
    runs.delete(note.run)
    runs.set(note.run, { ...note, firstAt: before ? before.firstAt : at, lastAt: at, principal })
  }
  return [...runs.values()].reverse()
}
