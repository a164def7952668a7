import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import { parseAddress, type Address } from '../../../../model/address.js'
import type { LiveElasticIp } from '../../../../model/kinds/elastic-ip.js'
import { tagKeys } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { tagsOf, type TaggedItem } from '../../tags/tag-lists.js'
import { taggedAddress } from '../../tags/tagged-address.js'
import type { Ec2Api } from '../../wire/api.js'
import { textOf } from '../../wire/text-of.js'
import type { Pending } from '../kind.js'
import { readTaggedAddresses, type Ec2Address } from './read-addresses.js'

/** What tells whether the stack has had any: the ledger names each before it is allocated, and until it is released. */
interface Ledgers {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
}

const knownAddresses: KnownItems<Ec2Address> = {
  prefix: 'eipalloc',
  idOf: ({ AllocationId }) => AllocationId,
  readByIds: async (api, AllocationIds) =>
    (await api.call('DescribeAddresses', { AllocationIds }, { isAbsenceBelieved: true })).Addresses,
}

/** Most stacks have none, and are spared the call: undefined. */
export async function describeAddresses(
  api: Ec2Api,
  query: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<readonly Ec2Address[] | undefined> {
  const { stack, elasticIps, quietMs } = query
  const isAsked = elasticIps === true || quietMs !== undefined || mayHaveAny((await launchTemplate).ledger)
  if (!isAsked) return undefined
  return withKnown(api, query, await readTaggedAddresses(api, tagKeys.stack, stack), knownAddresses)
}

/** A run that ended without a word may have made one of which an old reading of the ledger knows nothing. */
function mayHaveAny(ledger: CloudFacts['ledger']): boolean {
  if (ledger === undefined) return false
  return (
    ledger.epoch !== undefined ||
    ledger.addresses.some((address) => {
      const { kind, name } = parseAddress(address) ?? {}
      return kind === 'elasticIp' || (kind === 'network' && name?.endsWith('.nat-address') === true)
    })
  )
}

/** Whether it is that of a NAT gateway, and no server's. */
export function isNatAddress(item: TaggedItem): boolean {
  const address = taggedAddress(item)
  return address !== undefined && parseAddress(address)?.kind === 'network'
}

export function elasticIpFacts(
  described: { readonly elasticIp: readonly Ec2Address[] | undefined },
  census: Census,
): Pick<CloudFacts, 'elasticIps'> {
  // The addresses of NAT gateways are parts of their networks.
  const own = described.elasticIp?.filter((found) => !isNatAddress(found))
  const elasticIps = own?.flatMap((found) => {
    const address = census.addressOf('elasticIp', found.AllocationId, found)
    return address === undefined ? [] : liveElasticIp(found, address)
  })
  return elasticIps ? { elasticIps: sortedByAddress(elasticIps) } : {}
}

function liveElasticIp(found: Ec2Address, address: Address): LiveElasticIp {
  const associationId = textOf(found.AssociationId)
  return {
    address,
    id: found.AllocationId ?? '',
    tags: tagsOf(found.Tags),
    publicIp: found.PublicIp ?? '',
    association: associationId === undefined ? undefined : { id: associationId, instanceId: textOf(found.InstanceId) },
  }
}
