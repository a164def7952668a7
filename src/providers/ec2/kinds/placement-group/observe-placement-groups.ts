import type { PlacementGroup } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import type { LivePlacementGroup } from '../../../../model/kinds/placement-group.js'
import { tagKeys } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { mayHaveAny, type Ledgers } from '../../tags/may-have-any.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import type { Pending } from '../kind.js'
import { isThere, readPlacementGroups } from './read-placement-groups.js'

const knownGroups: KnownItems<PlacementGroup> = {
  prefix: 'pg',
  idOf: ({ GroupId }) => GroupId,
  readByIds: async (api, GroupIds) =>
    (await api.call('DescribePlacementGroups', { GroupIds }, { isAbsenceBelieved: true })).PlacementGroups?.filter(
      isThere,
    ),
}

/** Most stacks have none, and are spared the call: undefined. */
export async function describePlacementGroups(
  api: Ec2Api,
  query: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<readonly PlacementGroup[] | undefined> {
  const { stack, placementGroups, quietMs } = query
  const isAsked =
    placementGroups === true || quietMs !== undefined || mayHaveAny((await launchTemplate).ledger, 'placementGroup')
  if (!isAsked) return undefined
  const listed = await readPlacementGroups(api, [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }])
  return withKnown(api, query, listed, knownGroups)
}

export function placementGroupFacts(
  described: { readonly placementGroup: readonly PlacementGroup[] | undefined },
  census: Census,
): Pick<CloudFacts, 'placementGroups'> {
  const placementGroups = described.placementGroup?.flatMap((group) => {
    const address = census.addressOf('placementGroup', group.GroupId, group)
    return address === undefined ? [] : livePlacementGroup(group, address)
  })
  return placementGroups ? { placementGroups: sortedByAddress(placementGroups) } : {}
}

function livePlacementGroup(group: PlacementGroup, address: Address): LivePlacementGroup {
  return {
    address,
    id: group.GroupId ?? '',
    tags: tagsOf(group.Tags),
    groupName: group.GroupName ?? '',
    strategy: group.Strategy ?? '',
    partitions: group.PartitionCount,
    spreadLevel: group.SpreadLevel,
  }
}
