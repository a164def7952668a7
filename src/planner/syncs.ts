import type { Address } from '../model/address.js'
import { recordTag } from '../model/copy-record.js'
import type { SyncSpec } from '../model/stack-spec.js'
import type { Diff } from '../model/change.js'
import { sortedDiffs } from './compare/comparison.js'
import { recordChange, warn, type Planning } from './planning.js'
import { reasonForCreate } from './compare/reasons.js'
import { figures, reasonOf, ruleDigest, wishes } from './sync-diffs.js'
import { endsOf, isNew, overlaps, type Ends, type Place } from './sync-places.js'
import { addCopy, addRecord, addRunOnChange, addTag, enterRoll, type Rolls } from './sync-steps.js'
import { stepId } from '../model/step-id.js'
import type { StepId } from '../model/step.js'
import { syncTagKey } from '../model/tags.js'

/** Plans every sync rule of the file, and takes the records of others away. */
export function planSyncs(planning: Planning): void {
  const rolls: Rolls = new Map()
  const files = planning.spec.syncs.filter(({ method }) => method === 'files')
  const rules = files.map((spec) => ({ spec, ends: endsOf(planning, spec) }))
  for (const { spec, ends } of inFlow(rules)) {
    if (!ends) recordNone(planning, spec, 'one of its ends cannot be planned')
    else planSync(planning, spec, ends, rolls, fedBy(planning, spec, ends, rules))
  }
  planForgotten(planning)
}

interface Rule {
  readonly spec: SyncSpec
  readonly ends: Ends | undefined
}

/** Rules behind those that write what they read, else by address. In a circle, the one that is met first comes last. */
function inFlow(rules: readonly Rule[]): readonly Rule[] {
  const ordered = new Set<Rule>()
  const met = new Set<Rule>()
  const visit = (rule: Rule) => {
    if (met.has(rule)) return
    met.add(rule)
    for (const other of rules) if (feeds(other, rule)) visit(other)
    ordered.add(rule)
  }
  for (const rule of rules) visit(rule)
  return [...ordered]
}

function feeds(writer: Rule, reader: Rule): boolean {
  const { ends } = writer
  if (writer === reader || !ends || !reader.ends) return false
  return reader.ends.sources.some((source) => overlaps(ends.destination, source))
}

/** The copies of this plan that write what a rule reads: it comes after them, and what it will find is not known. */
function fedBy(planning: Planning, spec: SyncSpec, ends: Ends, rules: readonly Rule[]): readonly StepId[] {
  return rules
    .filter((other) => feeds(other, { spec, ends }) && other.spec.address !== spec.address)
    .map((other) => stepId('copy-files', other.spec.address))
    .filter((id) => planning.steps.has(id))
}

function recordNone(planning: Planning, { address }: SyncSpec, reason: string): void {
  recordChange(planning, { address, kind: 'none', reason, diffs: [] })
}

function planSync(planning: Planning, spec: SyncSpec, ends: Ends, rolls: Rolls, feeders: readonly StepId[]): void {
  const { address } = spec
  const { destination } = ends
  const places = [destination, ...ends.sources]
  const closed = places.find(({ fate }) => fate?.inside === 'closed')
  if (closed?.fate) return recordNone(planning, spec, `${closed.fate.address} is to be stopped`)
  const { hostsImpossible } = planning.live.stack
  const isOnHosts = places.some(({ fate }) => fate !== undefined)
  if (hostsImpossible !== undefined && isOnHosts && !places.some(isNew)) {
    return recordNone(planning, spec, hostsImpossible)
  }
  const facts = planning.live.stack.syncs[address]
  const recorded = tagsOf(destination)?.[recordTag(address)]?.split(' ')
  const rule = ruleDigest(spec)
  const isFirst = recorded === undefined
  const isFed = feeders.length > 0
  if (facts?.kind === 'unreadable' && !isFed) noteUnreadable(planning, spec, facts.reason)
  if (facts?.kind !== 'read' || ends.sources.some(isNew)) {
    return planBlind(planning, spec, ends, rolls, {
      isFirst,
      isChanged: destination.fate !== undefined && recorded?.[1] !== rule,
      isOpen: isFed || places.some((place) => isNew(place) || place.fate?.inside === 'started'),
      feeders,
    })
  }
  const source = facts.sourceDigest.slice(0, 12)
  const isCurrent = recorded?.[0] === source && recorded[1] === rule
  const differing = facts.filesCreated + facts.filesChanged + facts.filesDeleted
  const couldCompare = facts.compared === 'both' && !isNew(destination)
  const value = `${source} ${rule}`
  if (couldCompare && differing === 0) {
    if (isFed && (isCurrent || !destination.fate)) {
      addCopy(planning, spec, ends, undefined, [...enterRoll(rolls, spec), ...feeders])
      addRecord(planning, spec, ends)
      return recordNone(planning, spec, 'looked at again once its source is there')
    }
    // What lies outside the stack has no record: that nothing differs is all that can be asked.
    if (isCurrent || !destination.fate) return recordNone(planning, spec, '')
    return planOwed(planning, spec, ends, rolls, { isFirst, value })
  }
  const roll = [...enterRoll(rolls, spec), ...feeders]
  // The destination could not be looked into, and nothing says that files moved: the copy may find nothing to do.
  if (!couldCompare && isCurrent) {
    addCopy(planning, spec, ends, facts, roll)
    return recordNone(planning, spec, 'looked at again once its destination is there')
  }
  const cause = causeOf(planning, spec, destination, isCurrent)
  const isNews = destination.fate ? isFirst : !couldCompare
  addCopy(planning, spec, ends, facts, roll)
  if (isFed) addRecord(planning, spec, ends)
  else if (!isCurrent || !couldCompare) addTag(planning, spec, ends, value)
  recordChange(planning, {
    address,
    kind: isNews ? 'create' : 'update',
    reason: reasonOf(spec, isNews, isCurrent, cause, planning),
    diffs: sortedDiffs([...wishes(spec, isNews, cause), ...figures(spec, facts, isNews, cause)]),
  })
}

function tagsOf(place: Place): Readonly<Record<string, string>> | undefined {
  return place.fate && place.tags
}

/** Drift: files moved at the destination; pending: the source or the rule did, or the destination is new for a reason of its own. */
function causeOf(planning: Planning, spec: SyncSpec, place: Place, isCurrent: boolean): Diff['cause'] {
  if (isCurrent) return 'drift'
  if (!place.fate) return 'pending'
  const { target, tags } = place
  const isLost = tags === undefined && planning.live.ledger.has(target) && planning.live.ledger.has(spec.address)
  return isLost ? 'drift' : 'pending'
}

interface BlindState {
  readonly isFirst: boolean
  readonly isChanged: boolean
  /** Whether an end is made or started in this plan. */
  readonly isOpen: boolean
  /** Copies that write what this one reads. */
  readonly feeders: readonly StepId[]
}

/** Nothing is known of the files: copied the first time, when the rule has changed, or where an end is only just there. */
function planBlind(planning: Planning, spec: SyncSpec, ends: Ends, rolls: Rolls, state: BlindState): void {
  const { address } = spec
  const fates = [ends.destination, ...ends.sources].flatMap(({ fate }) => fate ?? [])
  for (const fate of fates) {
    if (fate.inside === 'unread' && fate.facts.kind === 'unreadable')
      planning.unread.set(fate.address, fate.facts.reason)
  }
  const isFed = state.feeders.length > 0
  const isLookable = !isFed && fates.every(({ inside }) => inside === 'unasked' || inside === 'known')
  if (isLookable && !planning.unread.has(address)) planning.unread.set(address, 'its files were not compared')
  const isUnread = planning.live.stack.syncs[address]?.kind === 'unreadable' && !isFed
  const isQuiet = !state.isFirst && !state.isChanged
  const isIdle = ends.destination.fate ? isQuiet && !state.isOpen : isUnread || !state.isOpen
  if (isIdle) return recordNone(planning, spec, 'its files were not compared')
  addCopy(planning, spec, ends, undefined, [...enterRoll(rolls, spec), ...state.feeders])
  if ((isFed || ends.sources.some(isNew)) && !isUnread) addRecord(planning, spec, ends)
  if (isQuiet) return recordNone(planning, spec, 'looked at again once its ends are there')
  const cause = causeOf(planning, spec, ends.destination, false)
  recordChange(planning, {
    address,
    kind: state.isFirst ? 'create' : 'update',
    reason: state.isFirst ? reasonForCreate(false) : 'the rule has changed',
    diffs: sortedDiffs([...wishes(spec, true, cause)]),
  })
}

/** No file differs, and the record says that the last copy was not finished: the command is owed, where there is one. */
function planOwed(
  planning: Planning,
  spec: SyncSpec,
  ends: Ends,
  rolls: Rolls,
  { isFirst, value }: { readonly isFirst: boolean; readonly value: string },
): void {
  const { address } = spec
  addRunOnChange(planning, spec, ends, true, enterRoll(rolls, spec))
  addTag(planning, spec, ends, value)
  const before = isFirst ? null : '(as last copied)'
  const after = spec.onChange ? 'recorded, and the command run' : 'recorded'
  recordChange(planning, {
    address,
    kind: isFirst ? 'create' : 'update',
    reason: 'no file differs, and that is not recorded yet',
    diffs: [{ path: 'files', before, after, cause: 'pending' }],
  })
}

function noteUnreadable(planning: Planning, spec: SyncSpec, reason: string): void {
  planning.unread.set(spec.address, reason)
  warn(planning, spec.address, 'PLAN_UNREADABLE', `the files of ${spec.address} could not be compared: ${reason}`)
}

/** Records of rules that the file no longer has: their files stay, their tags go. */
function planForgotten(planning: Planning): void {
  const names = new Set(planning.spec.syncs.map(({ address }) => recordTag(address)))
  const prefix = syncTagKey('')
  const keep = [
    ...[...planning.fates.values()].filter(({ action }) => action === 'keep').map(({ live }) => live),
    ...planning.spec.volumes.map(({ address }) => planning.live.volumes.get(address)),
  ]
  for (const resource of keep) {
    if (!resource) continue
    for (const key of Object.keys(resource.tags)) {
      if (!key.startsWith(prefix) || names.has(key)) continue
      const address = `sync.${key.slice(prefix.length)}` as Address
      planning.steps.add('tag-resource', address, { target: resource.address, tags: {}, removeTags: [key] })
      recordChange(planning, {
        address,
        kind: 'remove',
        reason: 'the file no longer names it; the files that it copied stay',
        diffs: [{ path: 'exists', before: true, after: false, cause: 'pending' }],
      })
    }
  }
}
