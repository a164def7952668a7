import type { Address } from '../../../model/address.js'
import { formatApplied, parseApplied } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import { networkOf, type LiveNetwork, type NetworkPath, type NetworkSpec } from '../../../model/kinds/network.js'
import { mutabilityOf } from '../../../model/mutability.js'
import type { Problem } from '../../../model/plan-problem.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import {
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
  type Property,
} from '../../compare/comparison.js'
import { creationTags, lastingTags, tagWork, userTagsWord } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, leave, refuseAlone, refused } from '../decided.js'
import type { ServerDecision } from '../servers/server-decision.js'
import { groupElsewhere } from './groups-elsewhere.js'
import type { NetworkDecision } from './network-decision.js'
import { chosenByEc2, liveWords, networkWords, type NetworkWord } from './network-words.js'
import { makingOf, workOn } from './network-work.js'
import { takenBlock } from './taken-blocks.js'
import { withWrittenRoutes } from './written-routes.js'
import { tenantsInTheWay } from './tenants.js'

/** Decides what becomes of every part of every network, in the file and live. */
export function decideNetworks(
  world: World,
  servers: ReadonlyMap<Address, ServerDecision>,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, NetworkDecision> {
  const decisions = new Map<Address, NetworkDecision>()
  for (const spec of world.spec.networks) {
    if (held.has(spec.address)) continue
    const live = world.live.networks.get(spec.address)
    decisions.set(spec.address, live?.part === spec.part ? decideExisting(world, spec, live) : decideNew(world, spec))
  }
  const going = [...world.live.networks.values()].filter(({ address }) => !decisions.has(address) && !held.has(address))
  const inTheWay = tenantsInTheWay(world, going, servers)
  const told = new Set<Address>()
  for (const live of going) {
    const network = networkOf(live.address)
    const blockers = inTheWay.get(network) ?? []
    // Once for a network: the whole stays, and the reason is the same for all of it.
    decisions.set(live.address, decideRemoval(world, live, blockers, !told.has(network)))
    told.add(network)
  }
  return decisions
}

function decideNew(world: World, spec: NetworkSpec): NetworkDecision {
  const { address } = spec
  const taken = takenBlock(world, spec) ?? foreignGroup(world, spec)
  if (taken) return refused(address, [taken])
  const wasThere = world.live.ledger.has(address)
  const words = networkWords(spec)
  const wanted = { ...Object.fromEntries(words.map(({ path, value }) => [path, shown(value)])), ...chosenByEc2(spec) }
  const cause = wasThere ? 'drift' : 'pending'
  const diffs = sortedDiffs<'network'>([
    ...(wasThere ? [existsDiff] : []),
    ...createDiffs<'network'>({ ...wanted, ...userTagPaths(spec) }, cause),
  ])
  const owed = words.filter(({ isMade }) => !isMade)
  const first = recordOf(
    world.digest,
    wordsToRecord(
      spec,
      words.filter(({ isMade }) => isMade),
    ),
  )
  const record = recordOf(world.digest, wordsToRecord(spec, words))
  return {
    kind: 'create',
    address,
    spec,
    making: makingOf(spec),
    tags: creationTags(world, lastingTagsOf(world, spec), first),
    work: workOn(spec, undefined, new Set(owed.map(({ path }) => path)), (id) => id),
    tagging: { tags: owed.length > 0 ? { [tagKeys.applied]: formatApplied(record) } : {}, removeTags: [] },
    change: { address, kind: 'create', reason: reasonForCreate(wasThere), diffs },
    problems: [],
  }
}

function decideExisting(world: World, spec: NetworkSpec, found: LiveNetwork): NetworkDecision {
  const { address } = spec
  const live = withWrittenRoutes(spec, found)
  const nameOf = (id: string) => world.live.networkNames.get(id) ?? id
  const properties = propertiesOf(world, spec, live, nameOf)
  const compared = compareProperties(world.digest, parseApplied(live.tags[tagKeys.applied]), properties)
  const foreign = foreignGroup(world, spec)
  const refusals = [
    ...compared.flatMap((diff): Problem | readonly Problem[] => fixedProblem(spec, diff) ?? []),
    ...(foreign ? [foreign] : []),
  ]
  if (refusals.length > 0) {
    const refusal = refused(address, refusals)
    return { ...refusal, change: { ...refusal.change, diffs: sortedDiffs<'network'>(compared) } }
  }
  const words = networkWords(spec)
  const record = recordOf(world.digest, wordsToRecord(spec, words))
  const alone = compared.length === 0
  const tagging = tagWork(world, live.tags, spec.tags, lastingTagsOf(world, spec), record, { alone })
  const diffs = sortedDiffs<'network'>([...compared, ...tagging.diffs])
  const paths = new Set(compared.map(({ path }) => path as NetworkPath))
  const kind = diffs.length > 0 ? 'update' : 'keep'
  return {
    kind,
    address,
    spec,
    live,
    work: workOn(spec, live, paths, nameOf),
    tagging,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: reasonFor(diffs), diffs },
    problems: [],
  }
}

/** Of an endpoint: one of its security groups is in another network. */
function foreignGroup(world: World, spec: NetworkSpec): Problem | undefined {
  if (spec.part !== 'endpoint') return undefined
  const { address, network, securityGroups } = spec
  return securityGroups.flatMap((group) => groupElsewhere(world, address, group, network) ?? [])[0]
}

function propertiesOf(
  world: World,
  spec: NetworkSpec,
  live: LiveNetwork,
  nameOf: (id: string) => string,
): readonly Property<'network'>[] {
  const before = liveWords(live, nameOf, (subnetId) => world.live.aclBySubnet.get(subnetId))
  const words = networkWords(spec).map(({ path, key, value }) => ({
    path,
    key,
    word: value,
    before: before[path] ?? null,
    after: value,
  }))
  // Its own rules go with it: the subnet gets those of its network back.
  const isLeft = spec.part === 'subnet' && spec.acl === undefined && before.acl !== null
  return isLeft
    ? [...words, { path: 'acl', key: 'acl', word: undefined, before: before.acl ?? null, after: null }]
    : words
}

/** A new one of another name can take the place of what cannot change: servers move there, and nothing is lost on the way. */
function fixedProblem(spec: NetworkSpec, { path, before, after }: Diff<'network'>): Problem | undefined {
  const { how, because } = mutabilityOf('network', path)
  if (how !== 'fixed') return undefined
  const { address } = spec
  const message = `${address}: ${because}; it has ${String(before)}, and the file says ${String(after)}`
  const hint = `write ${String(before)}, or make another one under a new name and let what is there move to it`
  const problem = errorOf(address, 'PLAN_NETWORK_FIXED', message, hint)
  return spec.part === 'vpc' || spec.part === 'subnet' ? inEntry(problem, path) : problem
}

/** What is not the stack's keeps its whole network: nothing of it is taken apart around somebody else's things. */
function decideRemoval(world: World, live: LiveNetwork, blockers: readonly string[], isTold: boolean): NetworkDecision {
  const { address } = live
  if (blockers.length > 0) {
    const some = blockers.slice(0, 3).join(', ') + (blockers.length > 3 ? ` and ${blockers.length - 3} more` : '')
    const message = `${address} stays, because ${some} ${blockers.length === 1 ? 'is' : 'are'} in it`
    const hint =
      'it is not of this stack, or the file lets it stay: take it away, or name another place for it, then apply again'
    if (!isTold) return leave(address, message)
    const refusal = refuseAlone(address, 'PLAN_NETWORK_IN_USE', message, hint)
    return { ...refusal, change: { ...refusal.change, diffs: [removedDiff] } }
  }
  const reason = reasonForRemoval(world.destroying !== undefined)
  const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
  return { kind: 'remove', address, live, change, problems: [] }
}

function lastingTagsOf(world: World, { address, tags, part }: NetworkSpec): Tags {
  return lastingTags(world, address, tags, { [tagKeys.role]: part })
}

function wordsToRecord(spec: NetworkSpec, words: readonly NetworkWord[]): readonly Pick<Property, 'key' | 'word'>[] {
  return [...words.map(({ key, value }) => ({ key, word: value })), { key: 'tags', word: userTagsWord(spec.tags) }]
}

function userTagPaths({ tags }: NetworkSpec): Readonly<Record<`tags.${string}`, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tags.${key}`, value]))
}

/** An empty list says nothing of what is new. */
function shown(value: NetworkWord['value']): NetworkWord['value'] | undefined {
  return Array.isArray(value) && value.length === 0 ? undefined : value
}
