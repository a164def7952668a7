import { parseAddress, type Address } from '../../model/address.js'
import { sortedAddresses, sortedByAddress } from '../../model/address-order.js'
import type { Change, Diff } from '../../model/change.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { Plan } from '../../model/plan.js'
import type { Step, StepId, TagResource } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { tagKeys } from '../../model/tags.js'
import { documentDigest } from '../compare/normalize.js'
import { sortedDiffs } from '../compare/comparison.js'
import type { Retag } from './renamed-live.js'

/**
 * A plan that was made as if all tags said the names of now, with what makes them say so; `live` is as it was observed. What goes in
 * the plan keeps its tags, but for the data that stays of it; everything else of an address waits until they are written.
 */
export function withRenames(plan: Plan, live: LiveStack, retags: readonly Retag[]): Plan {
  if (!live.renamed) return plan
  const kinds = new Map(plan.changes.map(({ address, kind }) => [address, kind]))
  const held = new Set(plan.problems.flatMap(({ code, address }) => (code === 'PLAN_ADDRESS_CONFLICT' ? address : [])))
  const ended = endedIn(plan)
  const written = retags.filter(({ resource: { address, id } }) => {
    const kind = kinds.get(address)
    if (held.has(address)) return false
    return kind === undefined || kind === 'remove' ? holdsData(address) && !ended.has(id) : true
  })
  const steps = sortedByAddress(
    written.map(({ resource, ...retag }) => ({ ...retag, resource, address: resource.address })),
    ({ resource }) => resource.id,
  ).flatMap(stepsOf)
  const first = new Map<Address, StepId[]>()
  for (const { address, id } of steps) first.set(address, [...(first.get(address) ?? []), id])
  const told = diffsBy(written)
  const alone = [...told].flatMap(([address, diff]) => (kinds.has(address) ? [] : [changeOf(address, diff)]))
  const before = sortedAddresses(live.ledger?.addresses ?? [])
  return {
    ...plan,
    liveDigest: documentDigest(live),
    changes: sortedByAddress([...plan.changes.map((change) => withRename(change, told.get(change.address))), ...alone]),
    steps: [...steps, ...plan.steps.map((step) => waiting(step, first.get(step.address) ?? []))],
    ledger: {
      ...plan.ledger,
      before,
      former: sortedAddresses(live.renamed.map(({ from }) => from).filter((from) => before.includes(from))),
      ...(plan.ledger.wishes && { wishes: { ...plan.ledger.wishes, before: live.ledger?.wishes ?? [] } }),
    },
  }
}

/** What stays when its entry goes, and is found again by its name: volumes that are kept, and snapshots. */
function holdsData(address: Address): boolean {
  return ['volume', 'archive'].includes(parseAddress(address)?.kind ?? '')
}

/** The volumes and snapshots that a plan deletes, by id. */
function endedIn({ steps }: Plan): ReadonlySet<string> {
  return new Set(
    steps.flatMap((step) => {
      if (step.kind === 'delete-volume') return [step.volumeId]
      return step.kind === 'delete-snapshot' ? (step.snapshotId ?? []) : []
    }),
  )
}

/** A root disk carries its server's address, and comes first: it is known by its server alone. */
function stepsOf({ resource, tags, removeTags }: Retag): readonly TagResource[] {
  const { address, id } = resource
  const { [tagKeys.address]: named, [tagKeys.name]: name } = tags
  const root = named === undefined ? undefined : (resource as Partial<LiveServer>).rootVolume?.id
  const names = {
    ...(named !== undefined && { [tagKeys.address]: named }),
    ...(name !== undefined && { [tagKeys.name]: name }),
  }
  const before = root === undefined ? [] : [stepOf(address, root, { tags: names, removeTags: [] }, [])]
  return [
    ...before,
    stepOf(
      address,
      id,
      { tags, removeTags },
      before.map((step) => step.id),
    ),
  ]
}

function stepOf(
  address: Address,
  resourceId: string,
  { tags, removeTags }: Pick<Retag, 'tags' | 'removeTags'>,
  needs: readonly StepId[],
): TagResource {
  const id = stepId('tag-resource', address, `renamed-${resourceId}`)
  return { kind: 'tag-resource', id, address, target: address, resourceId, tags, removeTags, needs, impact: 'none' }
}

function waiting(step: Step, needs: readonly StepId[]): Step {
  return needs.length === 0 ? step : { ...step, needs: [...step.needs, ...needs].sort() }
}

/** What is told of each address: the name that it had, else that what it names was renamed. */
function diffsBy(retags: readonly Retag[]): ReadonlyMap<Address, Diff<never>> {
  const told = new Map<Address, Diff<never>>()
  for (const { resource, tags, rules } of retags) {
    const { address } = resource
    const former = tags[tagKeys.address] === undefined ? undefined : resource.tags[tagKeys.address]
    if (former !== undefined) told.set(address, renameDiff(former, address))
    else if (!told.has(address)) told.set(address, recordDiff)
    for (const { former: was, now } of rules) told.set(now, renameDiff(was, now))
  }
  return told
}

function renameDiff(before: string, after: Address): Diff<never> {
  return { path: 'address', before, after, cause: 'pending' }
}

/** Stands in the plan of what only names something else. */
const recordDiff: Diff<never> = {
  path: `tags.${tagKeys.applied}`,
  before: 'with former names',
  after: 'with the names of now',
  cause: 'pending',
}

/** Of what nothing else is planned: what was kept of an entry that left the file. */
function changeOf(address: Address, diff: Diff<never>): Change {
  return { address, kind: 'update', reason: reasonOf(diff), impact: 'none', diffs: [diff] }
}

function reasonOf(diff: Diff<never>): string {
  return diff === recordDiff ? 'what it names was renamed' : `renamed from ${String(diff.before)}`
}

function withRename(change: Change, diff: Diff<never> | undefined): Change {
  if (!diff || change.kind === 'remove') return change
  const reason = reasonOf(diff)
  const isAlone = change.kind === 'none' || change.reason === ''
  return {
    ...change,
    kind: change.kind === 'none' ? 'update' : change.kind,
    reason: isAlone ? reason : `${reason}; ${change.reason}`,
    diffs: sortedDiffs([...change.diffs, diff]),
  }
}
