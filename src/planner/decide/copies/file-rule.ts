import type { Address } from '../../../model/address.js'
import type { Diff } from '../../../model/change.js'
import { missingSource } from './missing-source.js'
import { recordTag } from '../../../model/copy-record.js'
import type { SyncFacts } from '../../../model/kinds/sync-rule.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { Problem } from '../../../model/plan-problem.js'
import { sortedDiffs } from '../../compare/comparison.js'
import { reasonForCreate } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { leave, unchanged, warningOf, type Decided } from '../decided.js'
import type { CopyRecord, ExpectedCopy, FileDecision, FileWork } from './file-decision.js'
import { figures, wishes } from './file-diffs.js'
import { isNew, type Ends, type Place } from './places.js'
import { hiddenByOf, hiddenProblem } from '../volumes/hidden-mount.js'
import { fileRuleDigest } from './rule-digests.js'

/** What comes before a rule, where anything is done for it. */
export type RuleOrder = Pick<FileWork, 'feeders' | 'batchBefore'>

/** One rule being decided, and what all that follows asks about it. */
interface Rule {
  readonly world: World
  readonly spec: SyncSpec
  readonly ends: Ends
  readonly order: RuleOrder
  /** Digest of the rule. */
  readonly digest: string
  /** Of source and rule, as last copied; undefined: never, or not where anything is recorded. */
  readonly recorded: readonly string[] | undefined
  /** Whether a copy of this plan writes what it reads, so that what it will find is not known. */
  readonly isFed: boolean
}

/** Decides one rule whose ends can be planned. */
export function decideFileRule(world: World, spec: SyncSpec, ends: Ends, order: RuleOrder): FileDecision {
  const { address } = spec
  const facts = world.live.stack.syncs[address]
  const isFed = order.feeders.length > 0
  if (facts?.kind === 'unreadable' && facts.isMissing && !isFed) return missingSource(address, facts.reason)
  const places = placesOf(ends)
  const closed = places.find(({ server }) => server?.inside === 'closed')
  if (closed?.server) return leave(address, `${closed.server.address} is to be stopped`)
  const { hostsImpossible } = world.live.stack
  const isOnHosts = places.some(({ server }) => server !== undefined)
  if (hostsImpossible !== undefined && isOnHosts && !places.some(isNew)) {
    return { ...leave(address, hostsImpossible), impossible: ['copy-files'] }
  }
  const hidden = hiddenAt(world, address, places)
  if (hidden) return leave(address, hidden.message, [hidden])
  const rule: Rule = {
    world,
    spec,
    ends,
    order,
    digest: fileRuleDigest(spec),
    recorded: tagsOf(ends.destination)?.[recordTag(address)]?.split(' '),
    isFed,
  }
  return facts?.kind !== 'read' || ends.sources.some(isNew) ? decideBlind(rule, facts) : decideSeen(rule, facts)
}

/** A volume at an end that something is mounted over: the copy itself would find that, and fail. */
function hiddenAt({ live }: World, rule: Address, places: readonly Place[]): Problem | undefined {
  for (const { server, volumes } of places.filter((place) => place.server !== undefined)) {
    for (const volume of volumes ?? []) {
      const hiddenBy = server && hiddenByOf(volume, live.volumes.get(volume.address)?.id, server)
      if (server && hiddenBy !== undefined) return hiddenProblem(rule, volume, server, hiddenBy)
    }
  }
  return undefined
}

function placesOf({ sources, destination }: Ends): readonly Place[] {
  return [destination, ...sources]
}

function tagsOf(place: Place): Readonly<Record<string, string>> | undefined {
  return place.server && place.tags
}

/** The dry run could be made: it says what differs. */
function decideSeen(rule: Rule, facts: Extract<SyncFacts, { kind: 'read' }>): FileDecision {
  const { world, spec, ends, digest, recorded, isFed } = rule
  const { destination } = ends
  const source = facts.sourceDigest.slice(0, 12)
  const value = `${source} ${digest}`
  const isFirst = recorded === undefined
  const isCurrent = recorded?.[0] === source && recorded[1] === digest
  const differing = facts.filesCreated + facts.filesChanged + facts.filesDeleted
  const couldCompare = facts.compared === 'both' && !isNew(destination)
  const none: CopyRecord = { kind: 'none' }
  if (couldCompare && differing === 0) {
    // What lies outside the stack has no record: that nothing differs is all that can be asked.
    const isRecorded = isCurrent || !destination.server
    if (!isRecorded) return decideUnrecorded(rule, value)
    if (!isFed) return decideOwed(rule) ?? keep(rule)
    const work = workFor(rule, unknownCopy, taken(rule))
    return keep(rule, 'looked at again once its source is there', work)
  }
  const copy: ExpectedCopy = { bytes: facts.bytes, files: differing }
  // The destination could not be looked into, and nothing says that files moved: the copy may find nothing to do.
  if (!couldCompare && isCurrent) {
    return keep(rule, 'looked at again once its destination is there', workFor(rule, copy, none))
  }
  const cause = causeOf(world, spec, destination, isCurrent)
  const isNews = destination.server ? isFirst : !couldCompare
  const kind = isNews ? 'create' : 'update'
  const record = isFed ? taken(rule) : isCurrent && couldCompare ? none : known(rule, value)
  const change = {
    address: spec.address,
    kind,
    reason: reasonOf(world, spec, isNews, isCurrent, cause),
    diffs: sortedDiffs([...wishes(spec, isNews, cause), ...figures(spec, facts, isNews, cause)]),
  } as const
  return { kind, address: spec.address, change, problems: [], work: workFor(rule, copy, record) }
}

/** Nothing is known of the files: copied the first time, when the rule has changed, or where an end is only just there. */
function decideBlind(rule: Rule, facts: SyncFacts | undefined): FileDecision {
  const { world, spec, ends, digest, recorded, isFed } = rule
  const { address } = spec
  const places = placesOf(ends)
  const isUnread = facts?.kind === 'unreadable' && !isFed
  const told = { unread: unreadOf(rule, facts), problems: isUnread ? [unreadWarning(address, facts.reason)] : [] }
  const isFirst = recorded === undefined
  const isChanged = ends.destination.server !== undefined && recorded?.[1] !== digest
  const isOpen = isFed || places.some((place) => isNew(place) || place.server?.inside === 'started')
  const isQuiet = !isFirst && !isChanged
  const isIdle = ends.destination.server ? isQuiet && !isOpen : isUnread || !isOpen
  if (isIdle)
    return { ...((isUnread ? undefined : decideOwed(rule)) ?? keep(rule, 'its files were not compared')), ...told }
  const isTaken = (isFed || ends.sources.some(isNew)) && !isUnread
  const work = workFor(rule, unknownCopy, isTaken ? taken(rule) : { kind: 'none' })
  if (isQuiet) return { ...keep(rule, 'looked at again once its ends are there', work), ...told }
  const kind = isFirst ? 'create' : 'update'
  const reason = isFirst ? reasonForCreate(false) : 'the rule has changed'
  const diffs = sortedDiffs(wishes(spec, true, causeOf(world, spec, ends.destination, false)))
  return { kind, address, change: { address, kind, reason, diffs }, work, ...told }
}

/** No file differs and the copy is recorded, but what follows it has not happened, or has failed. */
function decideOwed(rule: Rule): FileDecision | undefined {
  const { world, spec } = rule
  const { address } = spec
  const owes = world.wishes.followUps.get(address)?.owes
  if (owes === undefined || rule.ends.destination.server === undefined) return undefined
  const command = { path: 'onChange', before: 'not run', after: 'run', cause: 'pending' } as const
  const health = { path: 'health', before: 'not passed', after: 'passed', cause: 'pending' } as const
  const diffs = [...(spec.rolling ? [health] : []), ...(owes === 'command' ? [command] : [])]
  const reason =
    owes === 'command'
      ? 'its command was not run since the last copy'
      : 'its health check has not passed since the last copy'
  const work = { ...workFor(rule, undefined, { kind: 'none' }), feeders: [] }
  return { kind: 'update', address, change: { address, kind: 'update', reason, diffs }, problems: [], work }
}

/** No file differs, and the record says that the last copy was not finished: the command is owed, where there is one. */
function decideUnrecorded(rule: Rule, value: string): FileDecision {
  const { spec, recorded } = rule
  const { address } = spec
  const isFirst = recorded === undefined
  const kind = isFirst ? 'create' : 'update'
  const before = isFirst ? null : '(as last copied)'
  const after = spec.onChange ? 'recorded, and the command run' : 'recorded'
  const diffs: readonly Diff[] = [{ path: 'files', before, after, cause: 'pending' }]
  const reason = 'no file differs, and that is not recorded yet'
  const work = { ...workFor(rule, undefined, known(rule, value)), owes: 'command', feeders: [] } as const
  return { kind, address, change: { address, kind, reason, diffs }, problems: [], work }
}

const unknownCopy: ExpectedCopy = { bytes: undefined, files: undefined }

function keep({ spec: { address } }: Rule, reason = '', work?: FileWork): Extract<FileDecision, { kind: 'keep' }> {
  return { kind: 'keep', address, change: unchanged(address, reason), problems: [], work }
}

function workFor({ world, spec, ends, order }: Rule, copy: ExpectedCopy | undefined, record: CopyRecord): FileWork {
  return { spec, ends, copy, record, owes: world.wishes.followUps.get(spec.address)?.owes, ...order }
}

/** The record is only written where the copy can be made: without hosts it would lie. Elsewhere than in EC2 there is none. */
function known({ world, ends: { destination } }: Rule, value: string): CopyRecord {
  if (world.live.stack.hostsImpossible !== undefined || !destination.server) return { kind: 'none' }
  return { kind: 'known', target: destination.target, value }
}

function taken({ ends: { destination }, digest }: Rule): CopyRecord {
  return destination.server ? { kind: 'taken', target: destination.target, rule: digest } : { kind: 'none' }
}

/** Drift: files moved at the destination; pending: the source or the rule did, or the destination is new for a reason of its own. */
function causeOf({ live }: World, { address }: SyncSpec, place: Place, isCurrent: boolean): Diff['cause'] {
  if (isCurrent) return 'drift'
  if (!place.server) return 'pending'
  const isGone = place.tags === undefined && !live.resources.has(place.target)
  const isLost = isGone && live.ledger.has(place.target) && live.ledger.has(address)
  return isLost ? 'drift' : 'pending'
}

function reasonOf(
  { live }: World,
  { address }: SyncSpec,
  isNews: boolean,
  isCurrent: boolean,
  cause: Diff['cause'],
): string {
  if (isCurrent) return 'files at the destination changed since the last apply'
  if (isNews) return reasonForCreate(cause === 'drift' && live.ledger.has(address))
  return 'the source or the rule changed since the last apply'
}

function unreadWarning(address: Address, reason: string): Decided['problems'][number] {
  return warningOf(address, 'PLAN_UNREADABLE', `the files of ${address} could not be compared: ${reason}`)
}

/** What the rule would have needed to know: the insides of its servers, and its files. */
function unreadOf({ spec, ends, isFed }: Rule, facts: SyncFacts | undefined): ReadonlyMap<Address, string> {
  const unread = new Map<Address, string>()
  const servers = placesOf(ends).flatMap(({ server }) => server ?? [])
  for (const { address, inside, facts: found } of servers) {
    if (inside === 'unread' && found.kind === 'unreadable') unread.set(address, found.reason)
  }
  const isLookable = servers.every(({ inside }) => inside === 'unasked' || inside === 'known')
  if (isFed) return unread
  if (facts?.kind === 'unreadable') unread.set(spec.address, facts.reason)
  else if (isLookable) unread.set(spec.address, 'its files were not compared')
  return unread
}
