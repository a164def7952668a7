import type { Address } from '../../../model/address.js'
import { formatApplied, parseApplied } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import type { ElasticIpSpec, LiveElasticIp } from '../../../model/kinds/elastic-ip.js'
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
import { leave, refuseAlone, type Refuse } from '../decided.js'
import { isGuarded, removalRefusal, withoutGuard } from '../guarded.js'
import type { ServerOutlook, ServerOutlooks } from '../servers/server-outlook.js'
import { associationDiffs, decideFreeing, foreignAddressOf, notPlannable } from './association.js'
import type { ElasticIpDecision } from './elastic-ip-decision.js'

/** Decides what becomes of every elastic address, in the file and live. `held` are addresses that are out of the plan already. */
export function decideElasticIps(
  world: World,
  servers: ServerOutlooks,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, ElasticIpDecision> {
  const decisions = new Map<Address, ElasticIpDecision>()
  for (const spec of world.spec.elasticIps) {
    if (!held.has(spec.address)) decisions.set(spec.address, decideNamed(world, spec, servers))
  }
  for (const [address, live] of world.live.elasticIps) {
    if (!decisions.has(address) && !held.has(address)) decisions.set(address, decideRemoval(world, live, servers))
  }
  return decisions
}

function decideNamed(world: World, spec: ElasticIpSpec, servers: ServerOutlooks): ElasticIpDecision {
  const live = world.live.elasticIps.get(spec.address)
  const server = servers.get(spec.server)
  if (!server) return leave(spec.address, notPlannable(spec.server))
  const decision = live ? decideExisting(world, spec, live, server, servers) : decideNew(world, spec)
  const foreign = foreignAddressOf(world, server)
  return foreign === undefined ? decision : pushingOff(spec, foreign, decision.change.diffs)
}

function decideNew(world: World, spec: ElasticIpSpec): ElasticIpDecision {
  const { address, server } = spec
  const wasThere = world.live.ledger.has(address)
  const { protect } = spec
  const wanted = { publicIp: knownAfterApply, association: server, protect, ...userTagPaths(spec) }
  const wishes = createDiffs<'elasticIp'>(wanted, wasThere ? 'drift' : 'pending')
  const diffs = sortedDiffs<'elasticIp'>([...(wasThere ? [existsDiff] : []), ...wishes])
  const words = elasticIpWords(spec)
  const record = recordOf(world.digest, words)
  // That it leads to its server is not so yet when it is allocated.
  const first = recordOf(
    world.digest,
    words.filter(({ key }) => key !== 'server'),
  )
  return {
    kind: 'create',
    address,
    server,
    tags: creationTags(world, lastingTagsOf(world, spec), first),
    tagging: { tags: { [tagKeys.applied]: formatApplied(record) }, removeTags: [] },
    change: { address, kind: 'create', reason: reasonForCreate(wasThere), diffs },
    problems: [],
  }
}

function decideExisting(
  world: World,
  spec: ElasticIpSpec,
  live: LiveElasticIp,
  server: ServerOutlook,
  servers: ServerOutlooks,
): ElasticIpDecision {
  const { address } = spec
  const moved = associationDiffs(world, spec, live, server)
  const frees = moved.length > 0 ? decideFreeing(world, live, servers, spec.server) : undefined
  if (frees && 'problems' in frees) return frees.kind === 'refuse' ? withDiffs(frees, moved) : frees
  const record = recordOf(world.digest, elasticIpWords(spec))
  const own = [...moved, ...guardDiffs(world, spec, live)]
  const work = tagWork(world, live.tags, spec.tags, lastingTagsOf(world, spec), record, {
    quiet: [tagKeys.protect],
    alone: own.length === 0,
  })
  const tagging = withoutGuard(work, live.tags, spec.protect)
  const diffs = sortedDiffs<'elasticIp'>([...own, ...tagging.diffs])
  const kind = diffs.length > 0 ? 'update' : 'keep'
  return {
    kind,
    address,
    server: spec.server,
    live,
    frees,
    associates: moved.length > 0,
    tagging,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: reasonFor(diffs), diffs },
    problems: [],
  }
}

function guardDiffs(world: World, spec: ElasticIpSpec, live: LiveElasticIp): readonly Diff<'elasticIp'>[] {
  const [before, after] = [isGuarded(live), spec.protect === true]
  return compareProperties<'elasticIp'>(world.digest, parseApplied(live.tags[tagKeys.applied]), [
    { path: 'protect', key: 'protect', word: spec.protect, before, after },
  ])
}

/** It is given back; what leads to somebody else's instance by now stays, for it is in use there. */
function decideRemoval(world: World, live: LiveElasticIp, servers: ServerOutlooks): ElasticIpDecision {
  const { address } = live
  const guarded = removalRefusal(live, world.going.elasticIps.get(address))
  if (guarded) return guarded
  const frees = decideFreeing(world, live, servers, undefined)
  if (frees && 'problems' in frees) return frees.kind === 'refuse' ? withDiffs(frees, [removedDiff]) : frees
  const reason = reasonForRemoval(world.destroying !== undefined)
  const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
  return { kind: 'remove', address, live, frees, change, problems: [] }
}

function pushingOff({ address, server }: ElasticIpSpec, foreign: string, diffs: readonly Diff[]): Refuse {
  const message = `${server} has the elastic address ${foreign}, which is not of this stack: ${address} would push it off`
  return withDiffs(refuseAlone(address, 'PLAN_FOREIGN_ASSOCIATION', message, 'disassociate that one first'), diffs)
}

/** What differs is told, though nothing can be done about it. */
function withDiffs(refusal: Refuse, diffs: readonly Diff[]): Refuse {
  return { ...refusal, change: { ...refusal.change, diffs } }
}

/** What the file says of an elastic address, as it is digested into the applied tag. */
export function elasticIpWords({ server, protect, tags }: ElasticIpSpec): readonly Pick<Property, 'key' | 'word'>[] {
  return [
    { key: 'server', word: server },
    { key: 'protect', word: protect },
    { key: 'tags', word: userTagsWord(tags) },
  ]
}

function lastingTagsOf(world: World, { address, protect, tags }: ElasticIpSpec): Tags {
  return lastingTags(world, address, tags, protect ? { [tagKeys.protect]: 'true' } : {})
}

function userTagPaths({ tags }: ElasticIpSpec): Readonly<Record<`tags.${string}`, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tags.${key}`, value]))
}
