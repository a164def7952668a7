import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DescribePlacementGroupsCommand,
  type EC2Client,
  type Instance,
  type Tag,
} from '@aws-sdk/client-ec2'
import { takeBalancingCensus } from './census/balancing-census.js'
import { addressOf, foundOf, tagOf, type Found } from './census/found.js'
import { takeImageCensus } from './census/image-census.js'
import { takeNetworkCensus } from './census/network-census.js'
import { takeServingCensus } from './census/serving-census.js'

export type { Found } from './census/found.js'

/** What a volume was made with. */
const blank = 'made blank'
const restored = 'made from a snapshot'

/** Everything in the account, by what it says. */
export async function takeCensus(client: EC2Client): Promise<readonly Found[]> {
  const [instances, volumes, snapshots, groups, keyPairs, templates, addresses, placed, networks, images] =
    await Promise.all([
      client.send(new DescribeInstancesCommand({})),
      client.send(new DescribeVolumesCommand({})),
      client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
      client.send(new DescribeSecurityGroupsCommand({})),
      client.send(new DescribeKeyPairsCommand({})),
      client.send(new DescribeLaunchTemplatesCommand({})),
      client.send(new DescribeAddressesCommand({})),
      client.send(new DescribePlacementGroupsCommand({})),
      takeNetworkCensus(client),
      takeImageCensus(client),
    ])
  const alive = (instances.Reservations ?? [])
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
  const nameOfServer = new Map(
    alive.map(({ InstanceId, Tags }) => [InstanceId, addressOf(Tags) ?? 'a server of nobody']),
  )
  const roots = new Set(
    alive.flatMap(({ BlockDeviceMappings = [], RootDeviceName }) =>
      BlockDeviceMappings.filter(({ DeviceName }) => DeviceName === RootDeviceName).map(({ Ebs }) => Ebs?.VolumeId),
    ),
  )
  const imageNames = new Map(images.map(({ id, says }) => [id, says]))
  const found: Found[] = [...networks, ...images]
  const note = (id: string | undefined, tags: readonly Tag[] | undefined, kind: string, ...words: unknown[]) =>
    void found.push(foundOf(id, tags, kind, ...words))
  for (const instance of alive) {
    const { InstanceId, Tags, State, InstanceType, ImageId = '' } = instance
    const made = imageNames.get(ImageId)
    note(
      InstanceId,
      Tags,
      'instance',
      State?.Name,
      InstanceType,
      ...optionsOf(instance),
      ...(made === undefined ? [] : [`of ${made}`]),
    )
  }
  for (const { VolumeId, Tags, State, Size, AvailabilityZone, SnapshotId, Attachments = [] } of volumes.Volumes ?? []) {
    if (roots.has(VolumeId) || State === 'deleting') continue
    const holders = Attachments.map(({ InstanceId }) => `on ${nameOfServer.get(InstanceId) ?? 'what is gone'}`)
    const retained = tagOf(Tags, 'evenkeel:retained') === undefined ? [] : ['retained']
    const content = (SnapshotId ?? '') === '' ? blank : restored
    note(VolumeId, Tags, 'volume', `${Size} GiB in ${AvailabilityZone}`, State, ...holders, ...retained, content)
  }
  for (const { SnapshotId, VolumeId, Tags, State } of snapshots.Snapshots ?? []) {
    const checkpoint = tagOf(Tags, 'evenkeel:checkpoint')
    note(SnapshotId, Tags, 'snapshot', State, ...(checkpoint === undefined ? [] : [`of checkpoint ${checkpoint}`]))
    const last = found.pop()
    if (last) found.push({ ...last, volumeId: VolumeId })
  }
  for (const { GroupId, GroupName, Tags, IpPermissions = [], IpPermissionsEgress = [] } of groups.SecurityGroups ??
    []) {
    if (GroupName === 'default') continue
    note(GroupId, Tags, 'group', `${IpPermissions.length} rules`, `${IpPermissionsEgress.length} out`)
  }
  for (const { KeyPairId, Tags } of keyPairs.KeyPairs ?? []) note(KeyPairId, Tags, 'key pair')
  for (const { AllocationId, InstanceId, Tags } of addresses.Addresses ?? [])
    note(AllocationId, Tags, 'address', `on ${nameOfServer.get(InstanceId) ?? 'nothing'}`)
  for (const { GroupId, GroupName, Tags, State } of placed.PlacementGroups ?? [])
    if (State === 'available') note(GroupId, Tags, 'placement group', GroupName)
  found.push(...(await takeBalancingCensus(client, nameOfServer)), ...(await takeServingCensus(client)))
  // The ledger belongs to the stack that its name says; that of a scaling group ends with a digest of what it launches with.
  for (const { LaunchTemplateId, LaunchTemplateName = '' } of templates.LaunchTemplates ?? []) {
    const name = LaunchTemplateName.replace(/^(evenkeel\.scaling\/.*)\/[0-9a-f]+$/, '$1')
    found.push({ id: LaunchTemplateId ?? '?', says: `template ${name}`, address: LaunchTemplateName })
  }
  return found.sort((left, right) => (left.says < right.says ? -1 : left.says > right.says ? 1 : 0))
}

/** What options a server has beside those that EC2 gives each. */
function optionsOf({ Placement, Monitoring, IamInstanceProfile, MetadataOptions, CpuOptions, ...rest }: Instance) {
  const [first] = rest.NetworkInterfaces ?? []
  const others = (first?.PrivateIpAddresses ?? []).filter(({ Primary }) => Primary === false)
  const profile = IamInstanceProfile?.Arn?.replace(/.*\//, '')
  return [
    ...((Placement?.GroupName ?? '') === '' ? [] : [`in ${Placement?.GroupName} ${Placement?.PartitionNumber ?? ''}`]),
    ...(Monitoring?.State === 'enabled' ? ['monitored'] : []),
    ...(profile === undefined ? [] : [`as ${profile}`]),
    `${MetadataOptions?.HttpPutResponseHopLimit} hops`,
    `${CpuOptions?.CoreCount} cores`,
    ...(rest.InstanceLifecycle === undefined ? [] : [rest.InstanceLifecycle]),
    ...others.map(({ PrivateIpAddress }) => `also ${PrivateIpAddress}`),
    ...(rest.PrivateIpAddress?.startsWith('10.66.7.') ? [`at ${rest.PrivateIpAddress}`] : []),
    ...(first?.SourceDestCheck === false ? ['passing on'] : []),
  ]
}

/** How a world differs from what it should be. */
export interface CensusDifference {
  readonly duplicates: readonly string[]
  readonly orphans: readonly string[]
  readonly missing: readonly string[]
  /** Volumes of before that are gone without a snapshot of them, where they should not be, and blank ones in the place of restored ones. */
  readonly lost: readonly string[]
}

/**
 * What is there once too often, what nobody owns, what is not there, and which bytes are nowhere any more: a volume of before
 * must be there, or a snapshot that was taken of it, unless a run that nobody disturbed has let it go as well.
 */
export function compareCensus(
  { before, after }: { readonly before: readonly Found[]; readonly after: readonly Found[] },
  undisturbed: { readonly before: readonly Found[]; readonly after: readonly Found[] },
): CensusDifference {
  const expected = countsOf(undisturbed.after)
  const there = countsOf(after)
  const more = [...there].flatMap(([says, count]) =>
    count > (expected.get(says) ?? 0) ? [`${count - (expected.get(says) ?? 0)} more: ${says}`] : [],
  )
  const missing = [...expected].flatMap(([says, count]) =>
    count > (there.get(says) ?? 0) ? [`${count - (there.get(says) ?? 0)} less: ${says}`] : [],
  )
  const fates = new Map(undisturbed.before.map((found) => [found.says, isKept(found, undisturbed.after)]))
  const lost = before
    .filter((found) => found.says.startsWith('volume') && fates.get(found.says) === true && !isKept(found, after))
    .map(({ id, says }) => `${id}, ${says}`)
  const blanks = [...there.keys()].filter((says) => {
    const full = says.replace(blank, restored)
    return full !== says && missing.some((text) => text.endsWith(full))
  })
  const isOrphan = (text: string) => / of nobody|temporary/.test(text)
  return {
    duplicates: more.filter((text) => !isOrphan(text)),
    orphans: more.filter(isOrphan),
    missing,
    lost: [...lost, ...blanks],
  }
}

function isKept({ id }: Found, after: readonly Found[]): boolean {
  return after.some((found) => found.id === id || found.volumeId === id)
}

function countsOf(census: readonly Found[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { says } of census) counts.set(says, (counts.get(says) ?? 0) + 1)
  return counts
}
