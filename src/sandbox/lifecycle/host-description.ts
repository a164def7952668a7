import type { HostDescription, HostMetadata } from '../hosts/host-backend.js'
import type { Instance } from '../model/instance.js'
import { instanceTypes } from '../model/instance-types.js'
import type { Volume } from '../model/volume.js'
import { publicDnsName, publicIpOf } from '../render/addresses.js'
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
    loginUser: instance.loginUser,
    authorizedKeys: instance.authorizedKeys,
    userData: decodeUserData(instance),
    deviceNaming: instanceTypes.get(instance.instanceType)?.hypervisor === 'xen' ? 'xen' : 'nvme',
    rootSizeBytes: (root?.sizeGiB ?? 8) * 2 ** 30,
    ...(root && { rootVolumeId: root.id }),
    volumes: inOrderOfDiscovery(world, instance, volumes.filter(isPresent)).map((volume) => ({
      volumeId: volume.id,
      deviceName: volume.attachment?.deviceName ?? '',
    })),
    metadata: metadataOf(world, instance),
  }
}

/** Root disks are the host's own; a device that is still being attached comes by its own way, but for a launch's. */
function isPresent({ root, attachment }: Volume): boolean {
  if (root || !attachment) return false
  return attachment.state !== 'attaching' || attachment.atLaunch
}

/** NVMe devices are numbered as they answer, which may be another order at each boot (ec2-behaviour, section 7). */
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
    'meta-data/public-hostname': publicDnsName(world.region.name, publicIp) || undefined,
    'meta-data/public-ipv4': publicIp,
    'meta-data/reservation-id': instance.reservationId,
    'meta-data/security-groups': groups.join('\n'),
    'meta-data/public-keys/0/openssh-key': instance.authorizedKeys[0],
    'user-data': userData,
  }
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
