import { parseAddress, type Address } from '../../model/address.js'
import { compareText, sortedAddresses } from '../../model/address-order.js'
import { impacts, type DiffValue, type Impact } from '../../model/change.js'
import { kinds, type ResourceKind } from '../../model/kinds/kinds.js'
import { renamingOf } from '../../model/moves/renaming.js'
import { rootEndOnRemove, rootEndOnReplace } from '../../model/kinds/server.js'
import { specsIn, type StackSpec } from '../../model/stack-spec.js'
import type { RevisionChange, RevisionDiff, RevisionEffect, RevisionPlan } from '../../model/stacks/revision-change.js'
import { itemChanges } from '../compare/comparison.js'
import { differences } from '../compare/differences.js'
import { rewrittenAddresses } from '../moves/rewritten-addresses.js'
import { effectOf } from './effects.js'
import { factsOf, type EntryFacts, type LocalContents } from './entry-facts.js'

/** One revision of a stack. */
export interface StackRevision {
  readonly spec: StackSpec
  readonly contents: LocalContents
}

/**
 * What an apply of the second revision would do to what is as the first one says, address by address. Undefined: the file is
 * not there. Nothing is known of what is live: what only that tells (whether an image's name means another image by now) stands
 * as a condition.
 */
export function compareRevisions(before: StackRevision | undefined, after: StackRevision | undefined): RevisionPlan {
  const { revision: named, formerOf } = renamed(before, after)
  const old = entriesOf(named)
  const young = entriesOf(after)
  const addresses = sortedAddresses(new Set([...old.keys(), ...young.keys()]))
  const changes = addresses.flatMap((address) => {
    const change = changeOf(address, old.get(address), young.get(address), named?.spec)
    return withRename(address, change, young.has(address) ? formerOf.get(address) : undefined) ?? []
  })
  const names = [before, after].map((revision) => revision && placeOf(revision.spec))
  const [from, to] = names
  return {
    stack: (after ?? before)?.spec.stack ?? '',
    ...(from !== undefined && to !== undefined && from !== to && { moved: { before: from, after: to } }),
    changes,
  }
}

/** The first revision by the names of the second, whose `moved` and counts say what was renamed. */
function renamed(before: StackRevision | undefined, after: StackRevision | undefined) {
  const formerOf = new Map<Address, Address>()
  if (!before || !after) return { revision: before, formerOf }
  const renaming = renamingOf(after.spec)
  const nameOf = new Map<string, Address>()
  for (const { address } of specsIn(before.spec)) {
    const name = renaming(address)
    if (name === address) continue
    nameOf.set(address, name)
    formerOf.set(name, address)
  }
  return { revision: { ...before, spec: rewrittenAddresses(before.spec, (address) => nameOf.get(address)) }, formerOf }
}

function withRename(
  address: Address,
  change: RevisionChange | undefined,
  former: Address | undefined,
): RevisionChange | undefined {
  if (former === undefined) return change
  const { kind = 'none', diffs = [], ...rest } = change ?? { impact: 'none' as const }
  const diff = {
    path: 'address',
    before: former,
    after: address,
    effect: 'in-place',
    because: 'its tags alone',
  } as const
  return { ...rest, address, kind: kind === 'none' ? 'update' : kind, diffs: [diff, ...diffs] }
}

function placeOf({ stack, target }: StackSpec): string {
  if (target.kind === 'sandbox') return `${stack} in the sandbox`
  const { region, account, profile, endpoint } = target
  const words = [account && `account ${account}`, profile && `profile ${profile}`, endpoint].filter(Boolean)
  return [`${stack} in ${region ?? 'the region of the environment'}`, ...words].join(', ')
}

function entriesOf(revision: StackRevision | undefined): ReadonlyMap<Address, EntryFacts> {
  const entries = new Map<Address, EntryFacts>()
  if (!revision) return entries
  for (const { specs } of Object.values(kinds)) {
    const facts = factsOf[specs] as ((entry: unknown, contents: LocalContents) => EntryFacts) | undefined
    for (const entry of revision.spec[specs] ?? [])
      if (facts) entries.set(entry.address, facts(entry, revision.contents))
  }
  return entries
}

function changeOf(
  address: Address,
  before: EntryFacts | undefined,
  after: EntryFacts | undefined,
  spec: StackSpec | undefined,
): RevisionChange | undefined {
  if (!before && !after) return undefined
  if (!before) return { address, kind: 'create', impact: 'none', diffs: wholeDiffs({}, after ?? {}) }
  if (!after) {
    const impact = removalImpact(address, spec)
    return { address, kind: 'remove', impact, ...protectedEnd(before), diffs: wholeDiffs(before, {}) }
  }
  const kind = parseAddress(address)?.kind
  const paths = new Set(differences(before, after).map(({ path }) => path[0] ?? ''))
  if (kind === undefined || paths.size === 0) return undefined
  const diffs = [...paths].sort(compareText).map((path) => diffOf(kind, path, before, after))
  const effects = new Set(diffs.map(({ effect }) => effect))
  const change = kindOf(effects)
  const refused = change === 'replace' ? protectedEnd(after) : refusedBy(diffs)
  return { address, kind: change, impact: impactOf(address, effects, spec), ...refused, diffs }
}

function diffOf(kind: ResourceKind, path: string, was: EntryFacts, is: EntryFacts): RevisionDiff {
  const before = was[path] ?? null
  const after = is[path] ?? null
  const items = itemsOf(before, after)
  return { path, before, after, ...(items && { items }), ...effectOf(kind, { path, before, after, entry: is }) }
}

/** Of a list of which one begins or ends nothing is empty; one that is only in another order has no items. */
function itemsOf(before: DiffValue, after: DiffValue): RevisionDiff['items'] {
  if (!isList(before) || !isList(after)) return undefined
  const items = itemChanges(before, after)
  return items.added.length + items.removed.length === 0 ? undefined : items
}

function isList(value: DiffValue): value is readonly string[] {
  return Array.isArray(value)
}

function wholeDiffs(before: EntryFacts, after: EntryFacts): readonly RevisionDiff[] {
  return Object.keys({ ...before, ...after })
    .sort(compareText)
    .map((path) => ({ path, before: before[path] ?? null, after: after[path] ?? null, effect: 'none' }))
}

function kindOf(effects: ReadonlySet<RevisionEffect>): RevisionChange['kind'] {
  if (effects.has('replacement')) return 'replace'
  return [...effects].every((effect) => effect === 'none' || effect === 'left') ? 'none' : 'update'
}

function impactOf(address: Address, effects: ReadonlySet<RevisionEffect>, spec: StackSpec | undefined): Impact {
  const found: Impact[] = ['none']
  if (effects.has('restart')) found.push('restart')
  if (effects.has('downtime')) found.push('downtime')
  if (effects.has('replacement')) {
    const server = spec?.servers.find((entry) => entry.address === address)
    if (server) found.push(rootEndOnReplace(server) === 'delete' ? 'data-loss' : 'downtime')
    else if (parseAddress(address)?.kind === 'volume') found.push('downtime')
  }
  return impacts.findLast((impact) => found.includes(impact)) ?? 'none'
}

/** What is protected is neither replaced nor removed. */
function protectedEnd(facts: EntryFacts): Pick<RevisionChange, 'refused'> {
  return facts['protect'] === true ? { refused: 'it is protected: set `protect: false` and apply that first' } : {}
}

function refusedBy(diffs: readonly RevisionDiff[]): Pick<RevisionChange, 'refused'> {
  const refused = diffs.find(({ effect }) => effect === 'refused')
  return refused ? { refused: refused.because ?? `${refused.path} cannot be changed` } : {}
}

/** By the rules of the first revision: they were applied. */
function removalImpact(address: Address, spec: StackSpec | undefined): Impact {
  const server = spec?.servers.find((entry) => entry.address === address)
  if (server) return rootEndOnRemove(server) === 'delete' ? 'data-loss' : 'downtime'
  const volume = spec?.volumes.find((entry) => entry.address === address)
  if (volume) return volume.onRemove === 'delete' ? 'data-loss' : volume.server === undefined ? 'none' : 'downtime'
  return 'none'
}
