import type { Volume } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import type { LiveVolume } from '../../../../model/kinds/volume.js'
import { tagKeys } from '../../../../model/tags.js'
import { isOfGroup } from '../../../auto-scaling/group-members.js'
import { mergeById, withAddresses } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { readForEach } from '../../wire/pages.js'
import type { DescribedServers } from '../server/observe-servers.js'
import { rootVolumeId } from '../server/read-instances.js'
import { readVolumes } from './read-volumes.js'
import { volumeFacts } from './volume-facts.js'
import { readAutoEnableIo } from './volume-io.js'

interface DescribedVolumes {
  /** With the stack's tag, root volumes included. */
  readonly tagged: readonly Volume[]
  /** Those that the file adopts by id. */
  readonly adopted: readonly LiveVolume[]
  /** Whether I/O goes on by itself, by volume id, of those that were asked for. */
  readonly io: ReadonlyMap<string, boolean>
}

function withIo(volume: LiveVolume, io: ReadonlyMap<string, boolean>): LiveVolume {
  const autoEnableIo = io.get(volume.id)
  return autoEnableIo === undefined ? volume : { ...volume, autoEnableIo }
}

const knownVolumes: KnownItems<Volume> = {
  prefix: 'vol',
  idOf: ({ VolumeId }) => VolumeId,
  readByIds: async (api, VolumeIds) =>
    (await api.call('DescribeVolumes', { VolumeIds }, { isAbsenceBelieved: true })).Volumes,
}

export async function describeVolumes(api: Ec2Api, query: CloudQuery): Promise<DescribedVolumes> {
  const { stack, volumeIds, autoEnableIoOf = [] } = query
  const [listed, adopted] = await Promise.all([
    readVolumes(api, [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }]),
    // As a filter: a missing id is an empty answer then, and not an error for all of them.
    readForEach(
      volumeIds.map(({ id }) => id),
      (Values) => readVolumes(api, [{ Name: 'volume-id', Values }]),
    ),
  ])
  const tagged = await withKnown(api, query, listed, knownVolumes)
  const named = withAddresses(
    volumeIds,
    adopted.flatMap((volume) => volumeFacts(volume) ?? []),
  )
  const asked = new Set<string>(autoEnableIoOf)
  const io = await readAutoEnableIo(api, [
    ...new Set([
      ...tagged.flatMap(({ VolumeId, Tags }) =>
        asked.has(tagsOf(Tags)[tagKeys.address] ?? '') ? (VolumeId ?? []) : [],
      ),
      ...named.flatMap(({ id, address }) => (asked.has(address) ? id : [])),
    ]),
  ])
  return { tagged, adopted: named.map((volume) => withIo(volume, io)), io }
}

/** Volumes that hold data: a root disk is its server's. */
export function observedVolumes(
  { server, volume }: { readonly server: DescribedServers; readonly volume: DescribedVolumes },
  census: Census,
): Pick<CloudFacts, 'volumes'> {
  const roots = new Set(server.instances.map(rootVolumeId))
  const isRoot = ({ VolumeId, Tags }: Volume) => tagsOf(Tags)[tagKeys.role] === 'root' || roots.has(VolumeId ?? '')
  const tagged = volume.tagged.flatMap((found): LiveVolume[] => {
    const facts = volumeFacts(found)
    if (facts && census.isTemporary('volume', found.VolumeId, found)) return []
    if (isRoot(found)) return []
    // Of members: they go with them.
    if (isOfGroup(found) && found.State !== 'available') return []
    const address = facts && census.addressOf('volume', found.VolumeId, found)
    return facts === undefined || address === undefined ? [] : [withIo({ address, ...facts }, volume.io)]
  })
  return { volumes: mergeById(tagged, volume.adopted) }
}
