import type { CloudPort, Owner } from '../../executor/ports.js'
import { assert } from '../../core/assert.js'
import type { Ec2Api } from './wire/api.js'
import { providerError } from './errors/provider-errors.js'
import { tagListOf, type tagsOf } from './live-facts.js'
import { readOwned } from './ownership.js'

interface Tagged {
  readonly Tags?: Parameters<typeof tagsOf>[0]
}

/** How a resource is read by its id, by the id's prefix. */
const readers: Readonly<Record<string, (api: Ec2Api, id: string) => Promise<Tagged | undefined>>> = {
  i: async (api, id) =>
    (await api.call('DescribeInstances', { InstanceIds: [id] })).Reservations?.flatMap(
      ({ Instances }) => Instances ?? [],
    )[0],
  vol: async (api, id) => (await api.call('DescribeVolumes', { VolumeIds: [id] })).Volumes?.[0],
  snap: async (api, id) => (await api.call('DescribeSnapshots', { SnapshotIds: [id] })).Snapshots?.[0],
  sg: async (api, id) => (await api.call('DescribeSecurityGroups', { GroupIds: [id] })).SecurityGroups?.[0],
  key: async (api, id) => (await api.call('DescribeKeyPairs', { KeyPairIds: [id] })).KeyPairs?.[0],
}

/** How tags are written on what exists; what is created gets its tags in the create call. */
export function createTagPart(api: Ec2Api): Pick<CloudPort, 'setTags' | 'removeTags'> {
  return {
    setTags: async ({ id, tags }) => {
      if (Object.keys(tags).length === 0) return 'unchanged'
      await api.call('CreateTags', { Resources: [id], Tags: tagListOf(tags) })
      api.young.note(id)
      return 'done'
    },
    removeTags: async ({ id, keys, owner }) => {
      // DeleteTags without a list takes every tag away.
      if (keys.length === 0) return 'unchanged'
      const present = await readTags(api, id, owner)
      const doomed = keys.filter((key) => present.has(key))
      if (doomed.length === 0) return 'unchanged'
      await api.call('DeleteTags', { Resources: [id], Tags: doomed.map((Key) => ({ Key })) }, { seen: true })
      return 'done'
    },
  }
}

async function readTags(api: Ec2Api, id: string, owner: Owner): Promise<ReadonlySet<string>> {
  const read = readers[id.slice(0, id.indexOf('-'))]
  assert(read, `no way to read the tags of ${id}`)
  const item = await readOwned(api, id, owner, () => read(api, id))
  if (item === undefined) {
    throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
      hint: 'plan again to see what the stack has now',
    })
  }
  return new Set((item.Tags ?? []).map(({ Key }) => Key ?? ''))
}
