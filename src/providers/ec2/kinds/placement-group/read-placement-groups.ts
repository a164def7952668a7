import type { PlacementGroup } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, type FilterList } from '../../wire/pages.js'

/** The groups that fit all filters, without those that are gone or going. DescribePlacementGroups knows no pages. */
export async function readPlacementGroups(api: Ec2Api, filters: FilterList): Promise<readonly PlacementGroup[]> {
  const { PlacementGroups = [] } = await api.call('DescribePlacementGroups', { Filters: filtersOf(filters) })
  return PlacementGroups.filter(isThere)
}

/** The group of that id; undefined where it is gone, or going. */
export async function readPlacementGroup(api: Ec2Api, id: string): Promise<PlacementGroup | undefined> {
  const { PlacementGroups = [] } = await api.call('DescribePlacementGroups', { GroupIds: [id] })
  return PlacementGroups.find((group) => group.GroupId === id && isThere(group))
}

/** One that was deleted may be listed for a while (EC2 API, PlacementGroupState). */
export function isThere({ State }: PlacementGroup): boolean {
  return State !== 'deleting' && State !== 'deleted'
}
