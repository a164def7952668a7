import type { SecurityGroup } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import { everywhereRule, type LiveRule, type LiveSecurityGroup } from '../../../../model/kinds/security-group.js'
import { tagKeys } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { readSecurityGroups } from './read-security-groups.js'
import { ruleKey, rulesOf } from './rules.js'

const knownGroups: KnownItems<SecurityGroup> = {
  prefix: 'sg',
  idOf: ({ GroupId }) => GroupId,
  readByIds: async (api, GroupIds) =>
    (await api.call('DescribeSecurityGroups', { GroupIds }, { isAbsenceBelieved: true })).SecurityGroups,
}

export async function describeSecurityGroups(api: Ec2Api, query: CloudQuery): Promise<readonly SecurityGroup[]> {
  const listed = await readSecurityGroups(api, [{ Name: `tag:${tagKeys.stack}`, Values: [query.stack] }])
  return withKnown(api, query, listed, knownGroups)
}

export function securityGroupFacts(
  described: { readonly securityGroup: readonly SecurityGroup[] },
  census: Census,
): Pick<CloudFacts, 'securityGroups'> {
  const securityGroups = described.securityGroup.flatMap((group) => {
    const address = census.addressOf('securityGroup', group.GroupId, group)
    return address === undefined ? [] : liveSecurityGroup(group, address)
  })
  return { securityGroups: sortedByAddress(securityGroups) }
}

export function liveSecurityGroup(group: SecurityGroup, address: Address): LiveSecurityGroup {
  return {
    address,
    id: group.GroupId ?? '',
    tags: tagsOf(group.Tags),
    groupName: group.GroupName ?? '',
    description: group.Description ?? '',
    vpcId: group.VpcId ?? '',
    ingress: (group.IpPermissions ?? []).flatMap(rulesOf),
    ...egressOf((group.IpPermissionsEgress ?? []).flatMap(rulesOf)),
  }
}

/** Nothing is said of what EC2 makes by itself. */
function egressOf(rules: readonly LiveRule[]): Pick<LiveSecurityGroup, 'egress'> {
  const [only, ...others] = rules
  const isUntouched = only !== undefined && others.length === 0 && ruleKey(only) === ruleKey(everywhereRule)
  return isUntouched ? {} : { egress: rules }
}
