import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import type { LiveInterface } from '../../../../model/kinds/network-interface.js'
import { tagKeys } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { mayHaveAny, type Ledgers } from '../../tags/may-have-any.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { textOf } from '../../wire/text-of.js'
import type { Pending } from '../kind.js'
import { readInterfaces, withTags, type TaggedInterface } from './read-interfaces.js'
import { secondaryAddresses } from './set-interface.js'

const knownInterfaces: KnownItems<TaggedInterface> = {
  prefix: 'eni',
  idOf: ({ NetworkInterfaceId }) => NetworkInterfaceId,
  readByIds: async (api, NetworkInterfaceIds) =>
    (
      await api.call('DescribeNetworkInterfaces', { NetworkInterfaceIds }, { isAbsenceBelieved: true })
    ).NetworkInterfaces?.map(withTags),
}

/** Most stacks have none, and are spared the call: undefined. */
export async function describeInterfaces(
  api: Ec2Api,
  query: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<readonly TaggedInterface[] | undefined> {
  const { stack, interfaces, quietMs } = query
  const isAsked = interfaces === true || quietMs !== undefined || mayHaveAny((await launchTemplate).ledger, 'interface')
  if (!isAsked) return undefined
  const listed = await readInterfaces(api, [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }])
  return withKnown(api, query, listed, knownInterfaces)
}

export function interfaceFacts(
  described: { readonly interface: readonly TaggedInterface[] | undefined },
  census: Census,
): Pick<CloudFacts, 'interfaces'> {
  const interfaces = described.interface?.flatMap((found) => {
    const address = census.addressOf('interface', found.NetworkInterfaceId, found)
    return address === undefined ? [] : liveInterface(found, address)
  })
  return interfaces ? { interfaces: sortedByAddress(interfaces) } : {}
}

function liveInterface(found: TaggedInterface, address: Address): LiveInterface {
  const instanceId = textOf(found.Attachment?.InstanceId)
  return {
    address,
    id: found.NetworkInterfaceId ?? '',
    tags: tagsOf(found.Tags),
    subnetId: found.SubnetId ?? '',
    vpcId: found.VpcId ?? '',
    zone: found.AvailabilityZone ?? '',
    privateIp: found.PrivateIpAddress ?? '',
    secondaryPrivateIps: secondaryAddresses(found),
    securityGroupIds: (found.Groups ?? []).map(({ GroupId = '' }) => GroupId).sort(),
    sourceDestCheck: found.SourceDestCheck ?? true,
    instanceId,
    isAttached: found.Attachment !== undefined && found.Attachment.Status !== 'detaching',
    endsWithInstance: found.Attachment?.DeleteOnTermination === true,
  }
}
