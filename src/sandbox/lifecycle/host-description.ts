import type { HostDescription, HostInterface, HostMetadata } from '../hosts/host-backend.js'
import type { Instance } from '../model/instance.js'
import { instanceTypes } from '../model/instance-types.js'
import type { Volume } from '../model/volume.js'
import type { NetworkInterface } from '../model/networks/network-interface.js'
import { publicIpOf, publicNameOf } from '../render/addresses.js'
import { profileOf } from '../world/instance-profiles.js'
import type { World } from '../world/world.js'

/** `10.66.0.5` -> `ip-10-66-0-5`, as EC2 names hosts by default. */
export function hostnameOf(privateIp: string): string {
  return `ip-${privateIp.replaceAll('.', '-')}`
}

/** `ec2.internal` in us-east-1, `<region>.compute.internal` elsewhere. */
function privateDomain(region: string): string {
  return `${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`
}

/** The private DNS name: `ip-10-66-0-5.ec2.internal`. */
export function privateDnsName(region: string, privateIp: string): string {
  return `${hostnameOf(privateIp)}.${privateDomain(region)}`
}

/** Everything that the backend needs to boot an instance. */
export function describeHost(world: World, instance: Instance): HostDescription {
  const volumes = world.volumes.withKey(instance.id)
  const root = volumes.find((volume) => volume.root)
  return {
    instanceId: instance.id,
    hostname: hostnameOf(instance.privateIp),
    domain: privateDomain(world.region.name),
    privateIp: instance.privateIp,
    macAddress: instance.macAddress,
    loginUser: instance.loginUser,
    instanceConnect: world.catalogue.find(({ id }) => id === instance.imageId)?.instanceConnect === true,
    authorizedKeys: instance.authorizedKeys,
    userData: decodeUserData(instance),
    deviceNaming: instanceTypes.get(instance.instanceType)?.hypervisor === 'xen' ? 'xen' : 'nvme',
    rootSizeBytes: (root?.sizeGiB ?? 8) * 2 ** 30,
    ...(root?.contentId !== undefined && { rootSnapshotId: root.contentId }),
    ...(root && { rootVolumeId: root.id }),
    volumes: inOrderOfDiscovery(world, instance, volumes.filter(isPresent)).map((volume) => ({
      volumeId: volume.id,
      deviceName: volume.attachment?.deviceName ?? '',
    })),
    interfaces: hostInterfaces(world, instance),
    metadata: metadataOf(world, instance),
  }
}

/** What an instance's host has beside its first address: others of the first interface, and further interfaces, by device index. */
export function hostInterfaces(world: World, { id, secondaryIps = [] }: Instance): readonly HostInterface[] {
  const others = world.networkInterfaces.withKey(id).flatMap((one) => {
    const { privateIp, macAddress, attachment } = one
    if (!attachment) return []
    return [{ name: `eth${attachment.deviceIndex}`, macAddress, addresses: [privateIp, ...one.secondaryIps] }]
  })
  return [...(secondaryIps.length > 0 ? [{ name: 'eth0', addresses: secondaryIps }] : []), ...others]
}

/** Root disks are the host's own; a device that is still being attached comes by its own way, but for a launch's. */
function isPresent({ root, attachment }: Volume): boolean {
  if (root || !attachment) return false
  return attachment.state !== 'attaching' || attachment.atLaunch
}

/** NVMe devices are numbered as they answer, which may be another order at each boot (EBS User Guide, "Amazon EBS volumes and NVMe"). */
function inOrderOfDiscovery(world: World, { instanceType }: Instance, volumes: readonly Volume[]): readonly Volume[] {
  const { faults } = world.cloud
  if (!faults.happens('shuffledDevices', instanceType)) return volumes
  return volumes
    .map((volume) => ({ volume, place: faults.number('shuffledDevices', `${instanceType} order`) }))
    .sort((left, right) => left.place - right.place)
    .map(({ volume }) => volume)
}

function decodeUserData({ userData }: Instance): string | undefined {
  return userData === undefined ? undefined : Buffer.from(userData, 'base64').toString()
}

/** What the instance metadata service says (EC2 User Guide, "Instance metadata categories"). */
export function metadataOf(world: World, instance: Instance): HostMetadata {
  const { httpEndpoint, httpTokens } = instance.metadataOptions
  return {
    access: httpEndpoint === 'disabled' ? 'nobody' : httpTokens === 'required' ? 'token' : 'anybody',
    values: metadataValues(world, instance),
  }
}

function metadataValues(world: World, instance: Instance): HostMetadata['values'] {
  const { privateIp } = instance
  const name = privateDnsName(world.region.name, privateIp)
  const zone = world.region.zones.find((candidate) => candidate.name === instance.zone)
  const groups = instance.securityGroupIds.flatMap((id) => world.securityGroups.get(id)?.name ?? [])
  const publicIp = publicIpOf(world, instance)
  const userData = decodeUserData(instance)
  const values: Record<string, string | undefined> = {
    'meta-data/ami-id': instance.imageId,
    'meta-data/ami-launch-index': String(instance.launchIndex),
    'meta-data/hostname': name,
    'meta-data/instance-id': instance.id,
    'meta-data/instance-type': instance.instanceType,
    'meta-data/local-hostname': name,
    'meta-data/local-ipv4': privateIp,
    'meta-data/mac': instance.macAddress,
    'meta-data/placement/availability-zone': instance.zone,
    'meta-data/placement/availability-zone-id': zone?.id,
    'meta-data/placement/region': world.region.name,
    'meta-data/public-hostname': publicNameOf(world, instance) || undefined,
    'meta-data/public-ipv4': publicIp,
    'meta-data/reservation-id': instance.reservationId,
    'meta-data/security-groups': groups.join('\n'),
    'meta-data/public-keys/0/openssh-key': instance.authorizedKeys[0],
    ...activeKeys(world, instance),
    'meta-data/iam/info': profileInfo(world, instance),
    'user-data': userData,
    'dynamic/instance-identity/document': identityDocument(world, instance),
    ...instanceTags(world, instance),
    ...blockDevices(world, instance),
    ...networkInterface(world, instance),
    ...Object.assign({}, ...world.networkInterfaces.withKey(instance.id).map((one) => furtherInterface(world, one))),
  }
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Its tags, where the instance may see them, and what they are called (EC2 User Guide, "Access instance tags in instance metadata"). */
function instanceTags(world: World, { id, metadataOptions }: Instance): Readonly<Record<string, string>> {
  if (metadataOptions.instanceMetadataTags !== 'enabled') return {}
  const tags = Object.entries(world.tags.get(id))
  if (tags.length === 0) return {}
  return Object.fromEntries([
    ['meta-data/tags/instance', tags.map(([key]) => key).join('\n')],
    ...tags.map(([key, value]) => [`meta-data/tags/instance/${key}`, value] as const),
  ])
}

/** Keys that EC2 Instance Connect has let in, by user. */
function activeKeys(world: World, { id }: Instance): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const { user, text } of world.pushedKeys.get(id) ?? []) {
    const path = `meta-data/managed-ssh-keys/active-keys/${user}`
    texts[path] = `${texts[path] ?? ''}${text}\n`
  }
  return texts
}

/** Which profile it has. Credentials of its role there are none: the sandbox has one key, and makes no others. */
function profileInfo(world: World, { id }: Instance): string | undefined {
  const [association] = world.profileAssociations.withKey(id)
  if (!association) return undefined
  const { arn, id: profileId } = profileOf(world, association.profileName)
  const LastUpdated = `${new Date(association.sinceMs).toISOString().slice(0, 19)}Z`
  const info = { Code: 'Success', LastUpdated, InstanceProfileArn: arn, InstanceProfileId: profileId }
  return JSON.stringify(info, null, 2)
}

/** The root device, and those that were there at the launch, without `/dev/` but for `root`. */
function blockDevices(world: World, { id, rootDeviceName }: Instance): Readonly<Record<string, string>> {
  const name = (device = '') => device.replace(/^\/dev\//, '')
  const others = world.volumes.withKey(id).filter(({ root, attachment }) => !root && attachment?.atLaunch === true)
  const entries = others.map(({ attachment }, index) => [`ebs${index + 1}`, name(attachment?.deviceName)] as const)
  const mapping = Object.fromEntries([['ami', name(rootDeviceName)], ['root', rootDeviceName], ...entries])
  return below('meta-data/block-device-mapping', mapping)
}

/** A further one, by its MAC address. */
function furtherInterface(world: World, one: NetworkInterface): Readonly<Record<string, string>> {
  const groups = one.securityGroupIds.map((id) => world.securityGroups.get(id)?.name ?? '')
  return below(`meta-data/network/interfaces/macs/${one.macAddress}`, {
    'device-number': String(one.attachment?.deviceIndex),
    'interface-id': one.id,
    'local-hostname': privateDnsName(world.region.name, one.privateIp),
    'local-ipv4s': [one.privateIp, ...one.secondaryIps].join('\n'),
    mac: one.macAddress,
    'owner-id': world.accountId,
    'security-group-ids': one.securityGroupIds.join('\n'),
    'security-groups': groups.join('\n'),
    'subnet-id': one.subnetId,
    'subnet-ipv4-cidr-block': world.subnets.get(one.subnetId)?.cidr,
    'vpc-id': one.vpcId,
    'vpc-ipv4-cidr-block': world.vpcs.get(one.vpcId)?.cidr,
  })
}

/** The first network interface, by its MAC address. */
function networkInterface(world: World, instance: Instance): Readonly<Record<string, string>> {
  const { macAddress, privateIp, subnetId, vpcId, securityGroupIds } = instance
  const publicIp = publicIpOf(world, instance)
  const name = privateDnsName(world.region.name, privateIp)
  const groups = securityGroupIds.map((id) => world.securityGroups.get(id)?.name ?? '')
  const subnet = world.subnets.get(subnetId)
  const vpc = world.vpcs.get(vpcId)
  const values: Readonly<Record<string, string | undefined>> = {
    'device-number': '0',
    'interface-id': instance.networkInterfaceId,
    'local-hostname': name,
    'local-ipv4s': [privateIp, ...(instance.secondaryIps ?? [])].join('\n'),
    mac: macAddress,
    'owner-id': world.accountId,
    'public-hostname': publicNameOf(world, instance) || undefined,
    'public-ipv4s': publicIp,
    'security-group-ids': securityGroupIds.join('\n'),
    'security-groups': groups.join('\n'),
    'subnet-id': subnetId,
    'subnet-ipv4-cidr-block': subnet?.cidr,
    'vpc-id': vpcId,
    'vpc-ipv4-cidr-block': vpc?.cidr,
    'vpc-ipv4-cidr-blocks': vpc?.cidr,
    ...(publicIp !== undefined && { [`ipv4-associations/${publicIp}`]: privateIp }),
  }
  return below(`meta-data/network/interfaces/macs/${macAddress}`, values)
}

/** EC2 User Guide, "Instance identity documents"; what is not there has no value. It is not signed: the sandbox is no authority. */
function identityDocument(world: World, instance: Instance): string {
  const document = {
    accountId: world.accountId,
    architecture: instance.architecture,
    availabilityZone: instance.zone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.instanceType,
    kernelId: null,
    pendingTime: `${new Date(instance.launchedAtMs).toISOString().slice(0, 19)}Z`,
    privateIp: instance.privateIp,
    ramdiskId: null,
    region: world.region.name,
    version: '2017-09-30',
  }
  return JSON.stringify(document, null, 2)
}

function below(path: string, values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const known = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(known.map(([name, value]) => [`${path}/${name}`, value]))
}
