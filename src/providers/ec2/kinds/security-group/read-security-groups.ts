import type { SecurityGroup } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'

/** The groups that fit all filters; all groups for none. */
export function readSecurityGroups(api: Ec2Api, filters: FilterList): Promise<readonly SecurityGroup[]> {
  const input = filters.length === 0 ? {} : { Filters: filtersOf(filters) }
  return readAll(api, 'DescribeSecurityGroups', input, ({ SecurityGroups }) => SecurityGroups)
}

export async function readSecurityGroup(api: Ec2Api, id: string): Promise<SecurityGroup | undefined> {
  const output = await api.call('DescribeSecurityGroups', { GroupIds: [id] })
  return output.SecurityGroups?.find(({ GroupId }) => GroupId === id)
}
