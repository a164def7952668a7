import type { Address as Ec2Address } from '@aws-sdk/client-ec2'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'

/** What EC2 calls an address; the word is taken here. */
export type { Ec2Address }

/**
 * The elastic addresses that carry this tag. All of the account are listed, which are few, and looked through here: nothing but
 * its tag tells that an allocation whose answer was lost has made one, and the index by which EC2 filters tags lags behind what
 * it lists (EC2 Developer Guide, "Eventual consistency"). DescribeAddresses knows no pages.
 */
export async function readTaggedAddresses(api: Ec2Api, key: string, value: string): Promise<readonly Ec2Address[]> {
  const { Addresses = [] } = await api.call('DescribeAddresses', {})
  return Addresses.filter(({ Tags }) => tagsOf(Tags)[key] === value)
}

export async function readAddress(api: Ec2Api, id: string): Promise<Ec2Address | undefined> {
  const output = await api.call('DescribeAddresses', { AllocationIds: [id] })
  return output.Addresses?.find(({ AllocationId }) => AllocationId === id)
}
