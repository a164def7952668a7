import type { LockSight } from '../ledger/lock.js'
import type { RunNote } from '../ledger/run-note.js'
import type { Tags } from '../tags.js'

/** Kinds of what carries a stack's tag, as a listing counts them. `keptVolumes`: whose entry has left the file, or whose stack is gone, by `onRemove: retain`. */
export const countedKinds = [
  'networks',
  'securityGroups',
  'keyPairs',
  'servers',
  'elasticIps',
  'images',
  'placementGroups',
  'volumes',
  'keptVolumes',
  'snapshots',
  'temporaries',
] as const
export type CountedKind = (typeof countedKinds)[number]

/** One thing with a stack's tag. */
export interface TaggedThing {
  readonly stack: string
  readonly kind: CountedKind
  /** ISO 8601; undefined where EC2 does not say when it was made. */
  readonly createdAt: string | undefined
  readonly tags: Tags
  /** Of volumes. */
  readonly sizeGiB?: number
  /** Of servers. */
  readonly isRunning?: boolean
}

/** What the newest version of a stack's ledger tells. */
export interface LedgerSight {
  readonly stack: string
  /** When it was written, by EC2's clock, ISO 8601. */
  readonly at: string | undefined
  /** Of the run that wrote it; absent where it was written before runs were noted. */
  readonly note?: RunNote | undefined
}

/** A stack as its tags tell of it, whether or not its file is at hand. */
export interface StackSummary {
  readonly stack: string
  /** When the oldest thing that it has was made, what outlives a stack aside; ISO 8601. */
  readonly oldestAt: string | undefined
  readonly counts: Readonly<Record<CountedKind, number>>
  readonly runningServers: number
  /** Of its data volumes together, those that were kept aside. */
  readonly volumesGiB: number
  /** As the ledger has it, else as the youngest thing was tagged. */
  readonly revision: string | undefined
  /** When its ledger was written last, which each run does that changes something; ISO 8601. */
  readonly appliedAt: string | undefined
  readonly lastRun: RunNote | undefined
  /** Who changes it now. */
  readonly lock: LockSight | undefined
}

/** Where something is, as EC2 itself tells it. */
export interface Whereabouts {
  readonly region: string
  /** Twelve digits; undefined where EC2 shows nothing that tells it. */
  readonly account: string | undefined
}

/** What outlives a stack by its own words. */
export function isKept(kind: CountedKind): boolean {
  return kind === 'snapshots' || kind === 'keptVolumes'
}

/** The stacks of an account and region, by name. */
export function stackSummaries(
  things: readonly TaggedThing[],
  ledgers: readonly LedgerSight[],
  locks: readonly { readonly stack: string; readonly sight: LockSight }[],
  revisionTag: string,
): readonly StackSummary[] {
  const names = new Set([...things, ...ledgers, ...locks].map(({ stack }) => stack))
  const thingsOf = groupedByStack(things)
  const ledgerOf = new Map(ledgers.map((ledger) => [ledger.stack, ledger]))
  const lockOf = new Map(locks.map(({ stack, sight }) => [stack, sight]))
  return [...names].sort().map((stack) => {
    const own = thingsOf.get(stack) ?? []
    const lasting = own.filter(({ kind, createdAt }) => !isKept(kind) && createdAt !== undefined)
    const byAge = lasting.sort((left, right) => ((left.createdAt ?? '') < (right.createdAt ?? '') ? -1 : 1))
    const tagged = byAge.findLast(({ tags }) => tags[revisionTag] !== undefined)
    const ledger = ledgerOf.get(stack)
    const countOf = (kind: CountedKind) => own.filter((thing) => thing.kind === kind).length
    return {
      stack,
      oldestAt: byAge[0]?.createdAt,
      counts: Object.fromEntries(countedKinds.map((kind) => [kind, countOf(kind)])) as StackSummary['counts'],
      runningServers: own.filter(({ isRunning }) => isRunning === true).length,
      volumesGiB: own.reduce((sum, { kind, sizeGiB = 0 }) => (kind === 'volumes' ? sum + sizeGiB : sum), 0),
      revision: ledger?.note?.revision ?? tagged?.tags[revisionTag],
      appliedAt: ledger?.at,
      lastRun: ledger?.note,
      lock: lockOf.get(stack),
    }
  })
}

function groupedByStack(things: readonly TaggedThing[]): ReadonlyMap<string, TaggedThing[]> {
  const groups = new Map<string, TaggedThing[]>()
  for (const thing of things) {
    const group = groups.get(thing.stack)
    if (group) group.push(thing)
    else groups.set(thing.stack, [thing])
  }
  return groups
}
