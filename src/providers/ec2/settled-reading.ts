import { beginWait } from '../../core/wait-sink.js'
import type { CloudQuery } from '../../executor/ports.js'
import { parseAddress, type Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { Descriptions } from './kinds/kinds.js'
import { factsOfAll } from './told-facts.js'
import type { Ec2Api } from './wire/api.js'

/**
 * The index by which tags are filtered may lag behind what was made, for a time that EC2 does not bound (EC2 Developer Guide,
 * "Eventual consistency"). Chosen: after so long a run that ended without a word has made nothing that a listing does not show.
 */
const settledAfterMs = 20_000
/** Before what the ledger knows without an id, and no listing shows, counts as gone. */
const pausesMs = [1_000, 2_000, 4_000, 5_000] as const

/** One NotFound alone proves nothing. */
const looksById = 2

/** Of these there is a live resource for each address in the ledger. */
const tangible: ReadonlySet<ResourceKind> = new Set([
  'image',
  'server',
  'volume',
  'elasticIp',
  'interface',
  'placementGroup',
  'network',
  'loadBalancer',
  'scalingGroup',
  'securityGroup',
  'keyPair',
] as const)

/**
 * What is described once it can be believed. Where a run has ended without a word, that is when it has been quiet for long enough;
 * else when all that the ledger knows is shown. What it knows and one listing does not show is read by its id at once, and counts
 * as gone when that finds nothing twice; where the ledger has no id for it, when it was missing again and again. In a calm world
 * this is the first answer.
 */
export async function describeSettled(
  api: Ec2Api,
  query: CloudQuery,
  describe: (query: CloudQuery) => Promise<Descriptions>,
): Promise<Descriptions> {
  const { quietMs } = query
  let described = await describe(query)
  const isLeft = described.launchTemplate.ledger?.epoch !== undefined || quietMs !== undefined
  const leftMs = settledAfterMs - (quietMs ?? 0)
  if (isLeft && leftMs > 0) {
    beginWait(api.settings.clock, 'EC2 to show everything that a run made which was cut off')()
    await api.pause(leftMs)
    described = await describe(query)
  }
  const { ids } = described.launchTemplate
  const tell = beginWait(api.settings.clock, 'EC2 to show what the ledger knows')
  const looks = new Map<Address, number>()
  const looksOf = (address: Address) => looks.get(address) ?? 0
  // Of a run that was quiet for so long every listing shows all.
  const looksMax = (address: Address) => (ids.has(address) ? looksById : isLeft ? 0 : pausesMs.length)
  // Whatever was missing once: another listing may be of another moment.
  const knownIds = new Set<string>()
  for (let round = 0; ; round += 1) {
    const missing = missingIn(described)
    for (const id of missing.flatMap((address) => ids.get(address) ?? [])) knownIds.add(id)
    const open = missing.filter((address) => looksOf(address) < looksMax(address))
    if (open.length === 0) return described
    const isAtOnce = round === 0 && open.every((address) => ids.has(address))
    if (!isAtOnce) {
      tell(`not shown: ${open.slice(0, 3).join(', ')}${open.length > 3 ? ', …' : ''}`)
      await api.pause(pausesMs[round] ?? pausesMs[0])
    }
    for (const address of open) looks.set(address, looksOf(address) + 1)
    described = await describe({ ...query, knownIds: [...knownIds] })
  }
}

/** What the ledger knows and nothing shown carries. */
function missingIn(described: Descriptions): readonly Address[] {
  const known = described.launchTemplate.ledger?.addresses ?? []
  if (known.length === 0) return []
  const facts = factsOfAll(described)
  const {
    builtImages = [],
    servers,
    volumes,
    securityGroups,
    keyPairs,
    elasticIps = [],
    interfaces = [],
    loadBalancers = [],
    scalingGroups = [],
    networks = [],
    placementGroups = [],
  } = facts
  const shown = new Set<Address>()
  for (const list of [
    builtImages,
    servers,
    volumes,
    securityGroups,
    keyPairs,
    elasticIps,
    interfaces,
    networks,
    placementGroups,
    loadBalancers,
    scalingGroups,
  ]) {
    for (const { address } of list) shown.add(address)
  }
  return known.filter((address) => {
    const kind = parseAddress(address)?.kind
    return kind !== undefined && tangible.has(kind) && !shown.has(address)
  })
}
