import { beginWait } from '../../core/wait-sink.js'
import type { CloudQuery } from '../../executor/ports.js'
import { parseAddress, type Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import { kinds, together, type Descriptions } from './kinds/kinds.js'
import { createCensus } from './tags/census.js'
import type { Ec2Api } from './wire/api.js'

/**
 * The index by which tags are filtered may lag behind what was made, for a time that EC2 does not bound (ec2-behaviour, section
 * 3). Chosen: after so long a run that ended without a word has made nothing that a listing does not show.
 */
const settledAfterMs = 20_000
/** Before what the ledger knows and no listing shows counts as gone. */
const pausesMs = [1_000, 2_000, 4_000, 5_000] as const

/** Of these there is a live resource for each address in the ledger. */
const tangible: ReadonlySet<ResourceKind> = new Set([
  'server',
  'volume',
  'elasticIp',
  'securityGroup',
  'keyPair',
] as const)

/**
 * What is described once it can be believed. Where a run has ended without a word, that is when it has been quiet for long enough;
 * else when all that the ledger knows is shown, or was missing again and again. In a calm world this is the first answer.
 */
export async function describeSettled(
  api: Ec2Api,
  { quietMs }: CloudQuery,
  describe: () => Promise<Descriptions>,
): Promise<Descriptions> {
  const first = await describe()
  if (first.launchTemplate.ledger?.epoch !== undefined || quietMs !== undefined) {
    const leftMs = settledAfterMs - (quietMs ?? 0)
    if (leftMs <= 0) return first
    const tell = beginWait(api.settings.clock, 'EC2 to show everything that a run made which was cut off')
    tell()
    await api.pause(leftMs)
    return describe()
  }
  const tell = beginWait(api.settings.clock, 'EC2 to show what the ledger knows')
  let described = first
  for (const pauseMs of pausesMs) {
    const missing = missingIn(described)
    if (missing.length === 0) return described
    tell(`not shown: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`)
    await api.pause(pauseMs)
    described = await describe()
  }
  return described
}

/** What the ledger knows and nothing shown carries. */
function missingIn(described: Descriptions): readonly Address[] {
  const known = described.launchTemplate.ledger?.addresses ?? []
  if (known.length === 0) return []
  const facts = together(Object.values(kinds).map((kind) => kind.facts(described, createCensus())))
  const { servers, volumes, securityGroups, keyPairs, elasticIps = [] } = facts
  const shown = new Set<Address>()
  for (const list of [servers, volumes, securityGroups, keyPairs, elasticIps]) {
    for (const { address } of list) shown.add(address)
  }
  return known.filter((address) => {
    const kind = parseAddress(address)?.kind
    return kind !== undefined && tangible.has(kind) && !shown.has(address)
  })
}
