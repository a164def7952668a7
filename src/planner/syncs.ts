import { displayName, type Address } from '../spec/address.js'
import type { SyncSpec } from '../spec/stack-spec.js'
import type { Diff } from './change.js'
import { sortedDiffs } from './comparison.js'
import { recordChange, warn, type Planning } from './planning.js'
import { reasonForCreate } from './reasons.js'
import { figures, reasonOf, ruleDigest, wishes } from './sync-diffs.js'
import { addCopy, addRunOnChange, addTag, type Destination } from './sync-steps.js'
import { syncTagKey } from './tags.js'

/** Plans every sync rule of the file, and takes the records of others away. */
export function planSyncs(planning: Planning): void {
  for (const spec of planning.spec.syncs) {
    const destination = destinationOf(planning, spec)
    if (destination) planSync(planning, spec, destination)
    else
      recordChange(planning, {
        address: spec.address,
        kind: 'none',
        reason: 'its destination cannot be planned',
        diffs: [],
      })
  }
  planForgotten(planning)
}

function destinationOf(planning: Planning, spec: SyncSpec): Destination | undefined {
  const { to } = spec
  const volume = to.kind === 'volume' ? planning.volumes.get(to.volume) : undefined
  const server = to.kind === 'server' ? to.server : volume?.server
  const fate = server && planning.fates.get(server)
  if (!fate || (to.kind === 'volume' && (!volume?.mount || planning.blocked.has(to.volume)))) return undefined
  if (to.kind === 'server') {
    const tags = fate.action === 'keep' ? fate.live?.tags : undefined
    return { fate, path: to.path, target: to.server, volume: undefined, tags }
  }
  const path = `${volume?.mount?.path ?? ''}/${to.path}`
  return { fate, path, target: to.volume, volume, tags: planning.live.volumes.get(to.volume)?.tags }
}

function planSync(planning: Planning, spec: SyncSpec, destination: Destination): void {
  const { address } = spec
  const { fate, tags } = destination
  const isNew = tags === undefined || fate.inside === 'new'
  const { hostsImpossible } = planning.live.stack
  if (fate.inside === 'closed' || (hostsImpossible !== undefined && !isNew)) {
    const reason = hostsImpossible ?? `${fate.address} is to be stopped`
    return recordChange(planning, { address, kind: 'none', reason, diffs: [] })
  }
  const facts = planning.live.stack.syncs[address]
  const recorded = tags?.[syncTagKey(displayName(address))]?.split(' ')
  const rule = ruleDigest(spec)
  const isFirst = recorded === undefined
  if (facts?.kind === 'unreadable') noteUnreadable(planning, spec, facts.reason)
  if (facts?.kind !== 'read') {
    return planBlind(planning, spec, destination, {
      isFirst,
      isChanged: recorded?.[1] !== rule,
      isOpen: isNew || fate.inside === 'started',
    })
  }
  const source = facts.sourceDigest.slice(0, 12)
  const isCurrent = recorded?.[0] === source && recorded[1] === rule
  const differing = facts.filesCreated + facts.filesChanged + facts.filesDeleted
  const couldCompare = facts.compared === 'both' && !isNew
  const value = `${source} ${rule}`
  if (couldCompare && differing === 0) {
    if (isCurrent) return recordChange(planning, { address, kind: 'none', reason: '', diffs: [] })
    return planOwed(planning, spec, destination, { isFirst, value })
  }
  // The destination could not be looked into, and nothing says that files moved: the copy may find nothing to do.
  if (!couldCompare && isCurrent) {
    addCopy(planning, spec, destination, facts, undefined)
    return recordChange(planning, {
      address,
      kind: 'none',
      reason: 'looked at again once its destination is there',
      diffs: [],
    })
  }
  const cause = causeOf(planning, spec, destination, isCurrent)
  addCopy(planning, spec, destination, facts, isCurrent && couldCompare ? undefined : value)
  recordChange(planning, {
    address,
    kind: isFirst ? 'create' : 'update',
    reason: reasonOf(spec, isFirst, isCurrent, cause, planning),
    diffs: sortedDiffs([...wishes(spec, isFirst, cause), ...figures(spec, facts, isFirst, cause)]),
  })
}

/** Drift: files moved at the destination; pending: the source or the rule did, or the destination is new for a reason of its own. */
function causeOf(planning: Planning, spec: SyncSpec, { target, tags }: Destination, isCurrent: boolean): Diff['cause'] {
  if (isCurrent) return 'drift'
  const isLost = tags === undefined && planning.live.ledger.has(target) && planning.live.ledger.has(spec.address)
  return isLost ? 'drift' : 'pending'
}

/** Nothing is known of the files: copied the first time, when the rule has changed, or where the destination is only just there. */
function planBlind(
  planning: Planning,
  spec: SyncSpec,
  destination: Destination,
  state: { readonly isFirst: boolean; readonly isChanged: boolean; readonly isOpen: boolean },
): void {
  const { address } = spec
  const { fate } = destination
  if (fate.inside === 'unread' && fate.facts.kind === 'unreadable') planning.unread.set(fate.address, fate.facts.reason)
  const isLookable = fate.inside === 'unasked' || fate.inside === 'known'
  if (isLookable && !planning.unread.has(address)) planning.unread.set(address, 'its files were not compared')
  if (!state.isFirst && !state.isChanged && !state.isOpen) {
    return recordChange(planning, { address, kind: 'none', reason: 'its files were not compared', diffs: [] })
  }
  addCopy(planning, spec, destination, undefined, undefined)
  const cause = state.isFirst || state.isChanged ? causeOf(planning, spec, destination, false) : 'drift'
  const isQuiet = !state.isFirst && !state.isChanged
  recordChange(planning, {
    address,
    kind: isQuiet ? 'none' : state.isFirst ? 'create' : 'update',
    reason: isQuiet
      ? 'looked at again once its destination is there'
      : state.isFirst
        ? reasonForCreate(false)
        : 'the rule has changed',
    diffs: isQuiet ? [] : sortedDiffs([...wishes(spec, true, cause)]),
  })
}

/** No file differs, and the record says that the last copy was not finished: the command is owed, where there is one. */
function planOwed(
  planning: Planning,
  spec: SyncSpec,
  destination: Destination,
  { isFirst, value }: { readonly isFirst: boolean; readonly value: string },
): void {
  const { address } = spec
  addRunOnChange(planning, spec, destination, true)
  addTag(planning, spec, destination, value)
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
  const names = new Set(planning.spec.syncs.map(({ address }) => syncTagKey(displayName(address))))
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
