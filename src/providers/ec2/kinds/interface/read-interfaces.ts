import type { NetworkInterface, Tag } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'

/** EC2 calls its tags otherwise than those of everything else. */
export type TaggedInterface = NetworkInterface & { readonly Tags: Tag[] | undefined }

export async function readInterfaces(api: Ec2Api, filters: FilterList): Promise<readonly TaggedInterface[]> {
  const found = await readAll(
    api,
    'DescribeNetworkInterfaces',
    { Filters: filtersOf(filters) },
    ({ NetworkInterfaces }) => NetworkInterfaces,
  )
  return found.map(withTags)
}

export async function readInterface(api: Ec2Api, id: string): Promise<TaggedInterface | undefined> {
  const { NetworkInterfaces = [] } = await api.call('DescribeNetworkInterfaces', { NetworkInterfaceIds: [id] })
  const found = NetworkInterfaces.find(({ NetworkInterfaceId }) => NetworkInterfaceId === id)
  return found && withTags(found)
}

export function withTags(found: NetworkInterface): TaggedInterface {
  return { ...found, Tags: found.TagSet }
}
