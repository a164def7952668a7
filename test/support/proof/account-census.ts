import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2'

/** One thing of the account that is neither gone nor there from the start. */
export interface Found {
  readonly id: string
  /** What it is, without anything that differs from run to run: two worlds that say the same are alike. */
  readonly says: string
  /** The stack's address; undefined for what nobody can tell the owner of. */
  readonly address: string | undefined
  /** Of a snapshot: the volume that it is of. */
  readonly volumeId?: string | undefined
}

/** What a volume was made with. */
const blank = 'made blank'
const restored = 'made from a snapshot'

/** Everything in the account, by what it says. */
export async function takeCensus(client: EC2Client): Promise<readonly Found[]> {
  const [instances, volumes, snapshots, groups, keyPairs, templates, addresses] = await Promise.all([
    client.send(new DescribeInstancesCommand({})),
    client.send(new DescribeVolumesCommand({})),
    client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
    client.send(new DescribeSecurityGroupsCommand({})),
    client.send(new DescribeKeyPairsCommand({})),
    client.send(new DescribeLaunchTemplatesCommand({})),
    client.send(new DescribeAddressesCommand({})),
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
  const found: Found[] = []
  const note = (id: string | undefined, tags: readonly Tag[] | undefined, kind: string, ...words: unknown[]) => {
    const address = addressOf(tags)
    const role = tagOf(tags, 'evenkeel:role')
    const says = [kind, address ?? 'of nobody', ...(role === undefined ? [] : [role]), ...words].join(' ')
    found.push({ id: id ?? '?', says, address })
  }
  for (const { InstanceId, Tags, State, InstanceType } of alive)
    note(InstanceId, Tags, 'instance', State?.Name, InstanceType)
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
  for (const { GroupId, GroupName, Tags, IpPermissions = [] } of groups.SecurityGroups ?? [])
    if (GroupName !== 'default') note(GroupId, Tags, 'group', `${IpPermissions.length} rules`)
  for (const { KeyPairId, Tags } of keyPairs.KeyPairs ?? []) note(KeyPairId, Tags, 'key pair')
  for (const { AllocationId, InstanceId, Tags } of addresses.Addresses ?? [])
    note(AllocationId, Tags, 'address', `on ${nameOfServer.get(InstanceId) ?? 'nothing'}`)
  // The ledger belongs to the stack that its name says.
  for (const { LaunchTemplateId, LaunchTemplateName = '' } of templates.LaunchTemplates ?? [])
    found.push({ id: LaunchTemplateId ?? '?', says: `template ${LaunchTemplateName}`, address: LaunchTemplateName })
  return found.sort((left, right) => (left.says < right.says ? -1 : left.says > right.says ? 1 : 0))
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

function addressOf(tags: readonly Tag[] | undefined): string | undefined {
  const stack = tagOf(tags, 'evenkeel:stack')
  const address = tagOf(tags, 'evenkeel:address')
  return stack === undefined || address === undefined ? undefined : `${stack}/${address}`
}

function tagOf(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find(({ Key }) => Key === key)?.Value
}
