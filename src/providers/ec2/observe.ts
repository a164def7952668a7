import type { Instance, Snapshot, Volume } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery, NamedId } from '../../executor/ports.js'
import type { LiveServer, LiveSnapshot, LiveTemporary, LiveVolume } from '../../model/live-stack.js'
import { tagKeys } from '../../model/tags.js'
import { compareAddresses, parseAddress, type Address, type ResourceKind } from '../../model/address.js'
import { checkAccount } from './lookups/account.js'
import type { Ec2Api } from './wire/api.js'
import { readImages } from './lookups/image-selectors.js'
import { readLedger } from './kinds/launch-template/ledger-template.js'
import {
  liveKeyPair,
  liveSecurityGroup,
  liveServer,
  rootVolumeId,
  snapshotFacts,
  tagsOf,
  volumeFacts,
} from './live-facts.js'
import { readOperatorIp } from './lookups/operator-ip.js'
import { chunksOf, filterValuesMax, filtersOf, readAll } from './wire/pages.js'
import { readSubnets } from './lookups/subnet-selectors.js'

/**
 * Reads everything that belongs to a stack, all streams side by side. Rejects as a whole when any of them cannot be read:
 * a picture with a hole in it must never be taken for the world. Sends no call that changes anything.
 */
export async function observe(api: Ec2Api, query: CloudQuery): Promise<CloudFacts> {
  const region = await api.region()
  const ofStack = filtersOf([{ Name: `tag:${tagKeys.stack}`, Values: [query.stack] }])
  const [instances, volumes, snapshots, groups, keyPairs, zones, images, subnets, ledger, adopted, named, account, ip] =
    await Promise.all([
      readInstances(api, query.stack),
      readAll(api, 'DescribeVolumes', { Filters: ofStack }, ({ Volumes }) => Volumes),
      readSnapshots(api, [query.stack, ...(query.snapshotsOf ?? [])]),
      readAll(api, 'DescribeSecurityGroups', { Filters: ofStack }, ({ SecurityGroups }) => SecurityGroups),
      api.call('DescribeKeyPairs', { Filters: ofStack, IncludePublicKey: true }),
      readZones(api),
      readImages(api, query.images),
      readSubnets(api, query.subnets),
      readLedger(api, query.stack),
      readVolumesById(api, query.volumeIds),
      readSnapshotsById(api, query.snapshotIds),
      checkAccount(api),
      query.operatorIp ? readOperatorIp(api) : undefined,
    ])

  const imagesBySnapshot = query.snapshotImages ? await readSnapshotImages(api, snapshots) : undefined
  const naming = createNaming()
  const rootVolumes = rootVolumesOf(instances, volumes)
  const temporaries = [
    ...instances.flatMap((instance) => temporaryOf('server', instance.InstanceId, instance)),
    ...volumes.flatMap((volume) => (volumeFacts(volume) ? temporaryOf('volume', volume.VolumeId, volume) : [])),
  ]
  const isTemporary = (id: string | undefined) => temporaries.some((found) => found.id === id)
  const servers = instances.flatMap((instance) => {
    if (isTemporary(instance.InstanceId)) return []
    const address = naming.addressOf('server', instance.InstanceId, instance)
    if (address === undefined) return []
    return liveServer(instance, address, rootVolumes.get(rootVolumeId(instance) ?? '')) ?? []
  })
  const isRoot = (volume: Volume) =>
    tagsOf(volume.Tags)[tagKeys.role] === 'root' || rootVolumes.has(volume.VolumeId ?? '')
  return {
    region,
    account: account ?? groups[0]?.OwnerId,
    zones,
    keyPairs: sorted(
      (keyPairs.KeyPairs ?? []).flatMap((keyPair) => {
        const address = naming.addressOf('keyPair', keyPair.KeyPairId, keyPair)
        return address === undefined ? [] : liveKeyPair(keyPair, address)
      }),
    ),
    securityGroups: sorted(
      groups.flatMap((group) => {
        const address = naming.addressOf('securityGroup', group.GroupId, group)
        return address === undefined ? [] : liveSecurityGroup(group, address)
      }),
    ),
    servers: sorted(servers),
    volumes: mergeById(
      volumes
        .filter((volume) => !isRoot(volume) && !isTemporary(volume.VolumeId))
        .flatMap((volume): LiveVolume[] => {
          const facts = volumeFacts(volume)
          const address = facts && naming.addressOf('volume', volume.VolumeId, volume)
          return facts === undefined || address === undefined ? [] : [{ address, ...facts }]
        }),
      adopted,
    ),
    snapshots: mergeById(
      snapshots.flatMap((snapshot): LiveSnapshot[] => {
        const facts = snapshotFacts(snapshot)
        const address = facts && naming.addressOf(['volume', 'archive'], snapshot.SnapshotId, snapshot)
        if (facts === undefined || address === undefined) return []
        const imageIds = imagesBySnapshot?.get(facts.id)
        return [{ address, ...facts, ...(imageIds && { imageIds }) }]
      }),
      named,
    ),
    images,
    subnets,
    operatorIp: ip,
    ledger,
    ...(temporaries.length > 0 && { temporaries: sorted(temporaries) }),
    unnamed: naming.unnamed(),
  }
}

function readInstances(api: Ec2Api, stack: string): Promise<readonly Instance[]> {
  const Filters = filtersOf([
    { Name: `tag:${tagKeys.stack}`, Values: [stack] },
    { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
  ])
  return readAll(api, 'DescribeInstances', { Filters }, ({ Reservations }) =>
    Reservations?.flatMap(({ Instances }) => Instances ?? []),
  )
}

function readSnapshots(api: Ec2Api, stacks: readonly string[]): Promise<readonly Snapshot[]> {
  const Filters = filtersOf([{ Name: `tag:${tagKeys.stack}`, Values: [...new Set(stacks)] }])
  return readAll(api, 'DescribeSnapshots', { Filters, OwnerIds: ['self'] }, ({ Snapshots }) => Snapshots)
}

/** The account's images by the snapshots that they start from; ids sorted. EC2 deletes no snapshot that an image uses. */
async function readSnapshotImages(
  api: Ec2Api,
  snapshots: readonly Snapshot[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const ids = snapshots.map(({ SnapshotId }) => SnapshotId ?? '')
  const pages = await Promise.all(
    chunksOf(ids, filterValuesMax).map((chunk) =>
      readAll(
        api,
        'DescribeImages',
        { Owners: ['self'], Filters: filtersOf([{ Name: 'block-device-mapping.snapshot-id', Values: chunk }]) },
        ({ Images }) => Images,
      ),
    ),
  )
  const found = new Map<string, string[]>()
  for (const { ImageId = '', BlockDeviceMappings = [] } of pages.flat()) {
    for (const { Ebs } of BlockDeviceMappings) {
      const id = Ebs?.SnapshotId
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), ImageId].sort())
    }
  }
  return found
}

async function readZones(api: Ec2Api): Promise<readonly string[]> {
  const output = await api.call('DescribeAvailabilityZones', {
    Filters: filtersOf([{ Name: 'state', Values: ['available'] }]),
  })
  return (output.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []).sort()
}

/** As a filter: a missing id is an empty answer then, and not an error for all of them. */
async function readVolumesById(api: Ec2Api, wanted: readonly NamedId[]): Promise<readonly LiveVolume[]> {
  const pages = await Promise.all(
    chunksOf(wanted, filterValuesMax).map((chunk) =>
      readAll(
        api,
        'DescribeVolumes',
        { Filters: filtersOf([{ Name: 'volume-id', Values: chunk.map(({ id }) => id) }]) },
        ({ Volumes }) => Volumes,
      ),
    ),
  )
  return withAddresses(
    wanted,
    pages.flat().flatMap((volume) => volumeFacts(volume) ?? []),
  )
}

/** Whoever owns them: a stack may name a snapshot that another account shares. */
async function readSnapshotsById(api: Ec2Api, wanted: readonly NamedId[]): Promise<readonly LiveSnapshot[]> {
  const pages = await Promise.all(
    chunksOf(wanted, filterValuesMax).map((chunk) =>
      readAll(
        api,
        'DescribeSnapshots',
        { Filters: filtersOf([{ Name: 'snapshot-id', Values: chunk.map(({ id }) => id) }]) },
        ({ Snapshots }) => Snapshots,
      ),
    ),
  )
  return withAddresses(
    wanted,
    pages.flat().flatMap((snapshot) => snapshotFacts(snapshot) ?? []),
  )
}

function withAddresses<Facts extends { readonly id: string }>(
  wanted: readonly NamedId[],
  found: readonly Facts[],
): readonly (Facts & { readonly address: Address })[] {
  const addresses = new Map(wanted.map(({ id, address }) => [id, address]))
  return found.flatMap((facts) => {
    const address = addresses.get(facts.id)
    return address === undefined ? [] : [{ address, ...facts }]
  })
}

/** The stack's volumes that its instances start from, by id. */
function rootVolumesOf(
  instances: readonly Instance[],
  volumes: readonly Volume[],
): ReadonlyMap<string, NonNullable<LiveServer['rootVolume']>> {
  const byId = new Map(volumes.map((volume) => [volume.VolumeId, volume]))
  const roots = new Map<string, NonNullable<LiveServer['rootVolume']>>()
  for (const instance of instances) {
    const id = rootVolumeId(instance)
    const volume = byId.get(id)
    if (id !== undefined && volume) roots.set(id, { id, sizeGiB: volume.Size ?? 0, type: volume.VolumeType ?? '' })
  }
  return roots
}

/** What only lives while an archive is made, by its tags. */
function temporaryOf(
  kind: LiveTemporary['kind'],
  id: string | undefined,
  { Tags }: { readonly Tags?: Parameters<typeof tagsOf>[0] },
): readonly LiveTemporary[] {
  const { [tagKeys.role]: role, [tagKeys.address]: address } = tagsOf(Tags)
  if (role !== 'temporary' || address === undefined || id === undefined) return []
  return parseAddress(address)?.kind === 'archive' ? [{ address: address as Address, kind, id }] : []
}

/** Reads addresses off tags, and remembers what carries the stack's tag without a proper one. */
function createNaming() {
  const unnamed: { id: string; addressTag: string | undefined }[] = []
  return {
    addressOf(
      kind: ResourceKind | readonly ResourceKind[],
      id: string | undefined,
      { Tags }: { readonly Tags?: Parameters<typeof tagsOf>[0] },
    ): Address | undefined {
      const text = tagsOf(Tags)[tagKeys.address]
      const found = text === undefined ? undefined : parseAddress(text)?.kind
      if (found !== undefined && [kind].flat().includes(found)) return text as Address
      unnamed.push({ id: id ?? '', addressTag: text })
      return undefined
    },
    unnamed: () => unnamed.sort((left, right) => (left.id < right.id ? -1 : 1)),
  }
}

/** What the query names comes in place of what the tags say of the same thing. */
function mergeById<Item extends { readonly id: string; readonly address: Address }>(
  tagged: readonly Item[],
  named: readonly Item[],
): readonly Item[] {
  const known = new Set(tagged.map(({ id }) => id))
  return sorted([...tagged, ...named.filter(({ id }) => !known.has(id))])
}

/** By address, then id. */
function sorted<Item extends { readonly id: string; readonly address: Address }>(
  items: readonly Item[],
): readonly Item[] {
  return [...items].sort((left, right) =>
    left.address === right.address ? Number(left.id > right.id) * 2 - 1 : compareAddresses(left.address, right.address),
  )
}
