import type {
  Image,
  Instance,
  IpPermission,
  KeyPairInfo,
  SecurityGroup,
  Snapshot,
  Subnet,
  Tag,
  Volume,
} from '@aws-sdk/client-ec2'
import type {
  LiveImage,
  LiveKeyPair,
  LiveRule,
  LiveSecurityGroup,
  LiveServer,
  LiveSnapshot,
  LiveSubnet,
  LiveVolume,
} from '../../model/live-stack.js'
import type { Tags } from '../../model/tags.js'
import type { Address } from '../../model/address.js'

/**
 * EC2's answers in the planner's words. A member that EC2 always sends, and that a broken emulator leaves out, becomes
 * an empty text or 0 rather than a crash.
 */

/** Tags as a record; EC2 keeps each key once. */
export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  const record: Record<string, string> = {}
  for (const { Key, Value } of tags ?? []) if (Key !== undefined) record[Key] = Value ?? ''
  return record
}

/** A record as the list that EC2 takes, in the record's order. */
export function tagListOf(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

const serverStates = ['pending', 'running', 'stopping', 'stopped'] as const

/** The server, or undefined for an instance that is going away or gone. */
export function liveServer(
  instance: Instance,
  address: Address,
  rootVolume: LiveServer['rootVolume'],
): LiveServer | undefined {
  const state = serverStates.find((name) => name === instance.State?.Name)
  if (state === undefined) return undefined
  return {
    address,
    id: instance.InstanceId ?? '',
    tags: tagsOf(instance.Tags),
    state,
    type: instance.InstanceType ?? '',
    imageId: instance.ImageId ?? '',
    architecture: instance.Architecture ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    subnetId: instance.SubnetId ?? '',
    vpcId: instance.VpcId ?? '',
    keyName: textOf(instance.KeyName),
    securityGroupIds: (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId ?? '').sort(),
    privateIp: textOf(instance.PrivateIpAddress),
    publicIp: textOf(instance.PublicIpAddress),
    rootVolume,
  }
}

/** The id of the volume that an instance starts from; undefined while EC2 does not show it. */
export function rootVolumeId(instance: Instance): string | undefined {
  const mappings = instance.BlockDeviceMappings ?? []
  return mappings.find(({ DeviceName }) => DeviceName === instance.RootDeviceName)?.Ebs?.VolumeId
}

const volumeStates = ['creating', 'available', 'in-use', 'error'] as const
const attachmentStates = ['attaching', 'attached', 'busy', 'detaching'] as const

/** The volume without the address that names it, or undefined for one that is being deleted. */
export function volumeFacts(volume: Volume): Omit<LiveVolume, 'address'> | undefined {
  const state = volumeStates.find((name) => name === volume.State)
  if (state === undefined) return undefined
  return {
    id: volume.VolumeId ?? '',
    tags: tagsOf(volume.Tags),
    state,
    sizeGiB: volume.Size ?? 0,
    type: volume.VolumeType ?? 'standard',
    iops: volume.Iops,
    throughputMiBps: volume.Throughput,
    encrypted: volume.Encrypted ?? false,
    kmsKey: textOf(volume.KmsKeyId),
    zone: volume.AvailabilityZone ?? '',
    ...(volume.CreateTime && { createdAt: volume.CreateTime.toISOString() }),
    snapshotId: textOf(volume.SnapshotId),
    attachment: attachmentOf(volume),
  }
}

/** Where a volume is attached, `detached` entries left out. */
export function attachmentOf(volume: Volume): LiveVolume['attachment'] {
  for (const attachment of volume.Attachments ?? []) {
    const state = attachmentStates.find((name) => name === attachment.State)
    if (state !== undefined) {
      return { instanceId: attachment.InstanceId ?? '', state, deviceName: attachment.Device ?? '' }
    }
  }
  return undefined
}

const snapshotStates = ['pending', 'completed', 'error'] as const

/** The snapshot without its address, or undefined for one in the recycle bin. */
export function snapshotFacts(snapshot: Snapshot): Omit<LiveSnapshot, 'address'> | undefined {
  const state = snapshotStates.find((name) => name === snapshot.State)
  if (state === undefined) return undefined
  return {
    id: snapshot.SnapshotId ?? '',
    tags: tagsOf(snapshot.Tags),
    volumeId: snapshot.VolumeId ?? '',
    state,
    startedAt: snapshot.StartTime?.toISOString() ?? '',
    sizeGiB: snapshot.VolumeSize ?? 0,
  }
}

export function liveKeyPair(keyPair: KeyPairInfo, address: Address): LiveKeyPair {
  return {
    address,
    id: keyPair.KeyPairId ?? '',
    tags: tagsOf(keyPair.Tags),
    keyName: keyPair.KeyName ?? '',
    publicKey: keyPair.PublicKey === undefined ? undefined : publicKeyWithoutComment(keyPair.PublicKey),
  }
}

/** `ssh-ed25519 AAAA… somebody@somewhere` -> `ssh-ed25519 AAAA…`; undefined for an empty text. */
export function publicKeyWithoutComment(text: string): string | undefined {
  const [type, material] = text.trim().split(/\s+/)
  return material === undefined ? undefined : `${type} ${material}`
}

export function liveSecurityGroup(group: SecurityGroup, address: Address): LiveSecurityGroup {
  return {
    address,
    id: group.GroupId ?? '',
    tags: tagsOf(group.Tags),
    groupName: group.GroupName ?? '',
    description: group.Description ?? '',
    vpcId: group.VpcId ?? '',
    ingress: (group.IpPermissions ?? []).flatMap(rulesOf),
  }
}

/** EC2 folds rules of the same ports into one permission with several sources; one rule each here. */
export function rulesOf(permission: IpPermission): readonly LiveRule[] {
  const ports = {
    protocol: permission.IpProtocol ?? '-1',
    fromPort: permission.FromPort ?? -1,
    toPort: permission.ToPort ?? -1,
  }
  const rule = (source: LiveRule['source'], description: string | undefined): LiveRule => ({
    ...ports,
    source,
    description: textOf(description),
  })
  return [
    ...(permission.IpRanges ?? []).map((range) => rule({ kind: 'cidr', cidr: range.CidrIp ?? '' }, range.Description)),
    ...(permission.Ipv6Ranges ?? []).map((range) =>
      rule({ kind: 'cidr', cidr: range.CidrIpv6 ?? '' }, range.Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map((pair) =>
      rule({ kind: 'security-group', groupId: pair.GroupId ?? '' }, pair.Description),
    ),
    ...(permission.PrefixListIds ?? []).map((list) =>
      rule({ kind: 'prefix-list', prefixListId: list.PrefixListId ?? '' }, list.Description),
    ),
  ]
}

export function liveImage(image: Image): LiveImage {
  const mappings = image.BlockDeviceMappings ?? []
  // Some images name a root device that their mappings do not hold; the first mapping is it then.
  const root = mappings.find(({ DeviceName }) => DeviceName === image.RootDeviceName) ?? mappings[0]
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    owner: image.OwnerId ?? '',
    architecture: image.Architecture ?? '',
    rootDeviceName: root?.DeviceName ?? image.RootDeviceName ?? '/dev/xvda',
    rootSizeGiB: root?.Ebs?.VolumeSize ?? 0,
  }
}

export function liveSubnet(subnet: Subnet): LiveSubnet {
  return { id: subnet.SubnetId ?? '', zone: subnet.AvailabilityZone ?? '', vpcId: subnet.VpcId ?? '' }
}

/** EC2 sends an empty element for some members that have no value. */
function textOf(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
