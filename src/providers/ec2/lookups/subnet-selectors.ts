import type { Subnet } from '@aws-sdk/client-ec2'
import { subnetKey, type LiveSubnet } from '../../../model/launch/subnet.js'
import type { SubnetSelector } from '../../../model/launch/subnet.js'
import type { Ec2Api } from '../wire/api.js'
import { filtersOf, literalFilterValue, readAll, readForEach } from '../wire/pages.js'

/**
 * The subnet of each selector, by `subnetKey`: one call for all ids, one for each tag. Of several that carry the tag it
 * is the one with the lowest id, so that every reading chooses the same.
 */
export async function readSubnets(
  api: Ec2Api,
  selectors: readonly SubnetSelector[],
): Promise<Readonly<Record<string, LiveSubnet>>> {
  const ids = [...new Set(selectors.flatMap((selector) => (selector.kind === 'id' ? selector.id : [])))]
  const tagged = new Map(
    selectors.filter((selector) => selector.kind === 'tag').map((selector) => [subnetKey(selector), selector]),
  )
  const byId = readForEach(ids, async (Values) => {
    const found = await readMatching(api, 'subnet-id', Values)
    return found.map((subnet) => [subnet.SubnetId ?? '', liveSubnet(subnet)] as const)
  })
  const byTag = [...tagged].map(async ([key, selector]) => {
    const found = await readMatching(api, `tag:${literalFilterValue(selector.key)}`, [
      literalFilterValue(selector.value),
    ])
    return found.slice(0, 1).map((subnet) => [key, liveSubnet(subnet)] as const)
  })
  return Object.fromEntries((await Promise.all([byId, ...byTag])).flat())
}

/** The default subnets of the account's default VPC, sorted by zone; none where it was removed. */
export async function readDefaultSubnets(api: Ec2Api): Promise<readonly LiveSubnet[]> {
  const found = await readMatching(api, 'default-for-az', ['true'])
  return found.map(liveSubnet).sort((left, right) => (left.zone < right.zone ? -1 : 1))
}

/** Sorted by id. */
async function readMatching(api: Ec2Api, Name: string, Values: readonly string[]): Promise<readonly Subnet[]> {
  const found = await readAll(
    api,
    'DescribeSubnets',
    { Filters: filtersOf([{ Name, Values }]) },
    ({ Subnets }) => Subnets,
  )
  return [...found].sort((left, right) => ((left.SubnetId ?? '') < (right.SubnetId ?? '') ? -1 : 1))
}

function liveSubnet(subnet: Subnet): LiveSubnet {
  return {
    id: subnet.SubnetId ?? '',
    zone: subnet.AvailabilityZone ?? '',
    vpcId: subnet.VpcId ?? '',
    givesPublicIp: subnet.MapPublicIpOnLaunch === true,
  }
}
