import type { Address as Ec2Address } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, type FilterList } from '../../wire/pages.js'

/** What EC2 calls an address; the word is taken here. */
export type { Ec2Address }

/** The elastic addresses that fit all filters. DescribeAddresses knows no pages. */
export async function readAddresses(api: Ec2Api, filters: FilterList): Promise<readonly Ec2Address[]> {
  const output = await api.call('DescribeAddresses', { Filters: filtersOf(filters) })
  return output.Addresses ?? []
}

export async function readAddress(api: Ec2Api, id: string): Promise<Ec2Address | undefined> {
  const output = await api.call('DescribeAddresses', { AllocationIds: [id] })
  return output.Addresses?.find(({ AllocationId }) => AllocationId === id)
}
