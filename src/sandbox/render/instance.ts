import { privateDnsName } from '../lifecycle/host-description.js'
import { instanceStateCodes, type Instance, type InstanceState } from '../model/instance.js'
import { defaultCpuOptions, instanceTypes } from '../model/instance-types.js'
import type { NetworkInterface } from '../model/networks/network-interface.js'
import type { Volume } from '../model/volume.js'
import type { RawXml, Xml, XmlRecord } from '../wire/xml.js'
import { profileOf } from '../world/instance-profiles.js'
import type { World } from '../world/world.js'
import { associationOf, ownAssociationOf, publicIpOf, publicNameOf } from './addresses.js'
import { RenderCache } from './cache.js'
import { renderTags } from './tags.js'

export function renderState(state: InstanceState): XmlRecord {
  return { code: instanceStateCodes[state], name: state }
}

/** A reservation with those of its instances that were selected. */
export function renderReservation(world: World, instances: readonly Instance[]): XmlRecord {
  return {
    reservationId: instances[0]?.reservationId ?? '',
    ownerId: world.accountId,
    groupSet: [],
    instancesSet: instances.map((instance) => renderCached(world, instance)),
  }
}

const cache = new RenderCache<Instance>()

function renderCached(world: World, instance: Instance): RawXml {
  const volumes = world.volumes.withKey(instance.id)
  const addresses = world.addresses.withKey(instance.id)
  const groups = instance.securityGroupIds.map((id) => world.securityGroups.get(id))
  const profiles = world.profileAssociations.withKey(instance.id)
  const requests = world.spotRequests.withKey(instance.id)
  const interfaces = world.networkInterfaces.withKey(instance.id)
  const sources = [
    world.tags.get(instance.id),
    ...volumes,
    ...addresses,
    ...groups,
    ...profiles,
    ...requests,
    ...interfaces,
    ...interfaces.flatMap(({ securityGroupIds }) => securityGroupIds.map((id) => world.securityGroups.get(id))),
  ]
  return cache.get(instance, sources, () => renderInstance(world, instance))
}

/** One instance as DescribeInstances shows it; a terminated one has lost its network, its devices and its groups. */
function renderInstance(world: World, instance: Instance): XmlRecord {
  const type = instanceTypes.get(instance.instanceType)
  const nitro = type?.hypervisor === 'nitro'
  const gone = instance.state === 'terminated'
  const publicIp = gone ? undefined : publicIpOf(world, instance)
  const zone = world.region.zones.find((candidate) => candidate.name === instance.zone)
  const { stateReason } = instance
  const group = world.placementGroups.get(instance.placement?.groupId ?? '')
  const [association] = world.profileAssociations.withKey(instance.id)
  const [spotRequest] = world.spotRequests.withKey(instance.id)
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: renderState(instance.state),
    privateDnsName: gone ? '' : privateDnsName(world.region.name, instance.privateIp),
    dnsName: publicNameOf(world, instance),
    reason: instance.transitionReason,
    keyName: instance.keyName,
    amiLaunchIndex: instance.launchIndex,
    productCodes: [],
    instanceType: instance.instanceType,
    launchTime: new Date(instance.launchedAtMs),
    placement: {
      availabilityZone: instance.zone,
      availabilityZoneId: zone?.id,
      groupName: group?.name ?? '',
      groupId: group?.id,
      partitionNumber: instance.placement?.partition,
      tenancy: instance.placement?.tenancy ?? 'default',
    },
    monitoring: { state: instance.detailedMonitoring ? 'enabled' : 'disabled' },
    subnetId: gone ? undefined : instance.subnetId,
    vpcId: gone ? undefined : instance.vpcId,
    privateIpAddress: gone ? undefined : instance.privateIp,
    ipAddress: publicIp,
    iamInstanceProfile: association && { ...profileOf(world, association.profileName) },
    instanceLifecycle: spotRequest && 'spot',
    spotInstanceRequestId: spotRequest?.id,
    sourceDestCheck: gone ? undefined : instance.sourceDestCheck,
    groupSet: gone ? [] : renderGroups(world, instance),
    stateReason: stateReason && { code: stateReason.code, message: stateReason.message },
    architecture: instance.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: instance.rootDeviceName,
    blockDeviceMapping: gone ? [] : world.volumes.withKey(instance.id).map(renderBlockDevice),
    virtualizationType: 'hvm',
    clientToken: instance.clientToken ?? '',
    tagSet: renderTags(world.tags.get(instance.id)),
    hypervisor: 'xen',
    networkInterfaceSet: gone ? [] : [renderInterface(world, instance), ...renderOthers(world, instance)],
    ebsOptimized: instance.ebsOptimized,
    enaSupport: nitro,
    cpuOptions: instance.cpuOptions ? { ...instance.cpuOptions } : type && { ...defaultCpuOptions(type) },
    capacityReservationSpecification: { capacityReservationPreference: 'open' },
    hibernationOptions: { configured: false },
    metadataOptions: { ...instance.metadataOptions },
    enclaveOptions: { enabled: false },
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    usageOperationUpdateTime: new Date(instance.createdAtMs),
    privateDnsNameOptions: {
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    },
    maintenanceOptions: { autoRecovery: 'default' },
    currentInstanceBootMode: 'legacy-bios',
  }
}

export function renderGroups(world: World, { securityGroupIds }: Pick<Instance, 'securityGroupIds'>): Xml {
  return securityGroupIds.map((groupId) => ({
    groupId,
    groupName: world.securityGroups.get(groupId)?.name ?? '',
  }))
}

/** DescribeInstances knows no `busy`: a device that is mounted still says `detaching`. */
export function renderBlockDevice(volume: Volume): XmlRecord {
  const { attachment } = volume
  return {
    deviceName: attachment?.deviceName,
    ebs: {
      volumeId: volume.id,
      status: attachment?.state === 'busy' ? 'detaching' : attachment?.state,
      attachTime: attachment && new Date(attachment.attachedAtMs),
      deleteOnTermination: attachment?.deleteOnTermination,
    },
  }
}

function renderInterface(world: World, instance: Instance): XmlRecord {
  const dnsName = privateDnsName(world.region.name, instance.privateIp)
  const whole = associationOf(world, instance)
  // DescribeInstances does not name the allocation, as DescribeNetworkInterfaces does.
  const association = whole && {
    ipOwnerId: whole.ipOwnerId,
    publicDnsName: whole.publicDnsName,
    publicIp: whole.publicIp,
  }
  return {
    networkInterfaceId: instance.networkInterfaceId,
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    description: '',
    ownerId: world.accountId,
    status: 'in-use',
    macAddress: instance.macAddress,
    privateIpAddress: instance.privateIp,
    privateDnsName: dnsName,
    sourceDestCheck: instance.sourceDestCheck,
    interfaceType: 'interface',
    groupSet: renderGroups(world, instance),
    attachment: {
      attachmentId: instance.networkAttachmentId,
      deviceIndex: 0,
      networkCardIndex: 0,
      status: instance.state === 'pending' ? 'attaching' : 'attached',
      attachTime: new Date(instance.createdAtMs),
      deleteOnTermination: true,
    },
    association,
    privateIpAddressesSet: [
      { privateIpAddress: instance.privateIp, privateDnsName: dnsName, primary: true, association },
      ...renderSecondary(world, instance.secondaryIps),
    ],
    ipv6AddressesSet: [],
  }
}

/** The interfaces beside the first one, by device index. */
function renderOthers(world: World, { id }: Instance): readonly XmlRecord[] {
  return world.networkInterfaces
    .withKey(id)
    .toSorted((left, right) => (left.attachment?.deviceIndex ?? 0) - (right.attachment?.deviceIndex ?? 0))
    .map((one) => {
      const dnsName = privateDnsName(world.region.name, one.privateIp)
      const association = ownAssociationOf(world, one)
      const { instanceId: _own, instanceOwnerId: _owner, ...attachment } = ownAttachment(world, one) ?? {}
      return {
        networkInterfaceId: one.id,
        subnetId: one.subnetId,
        vpcId: one.vpcId,
        description: one.description,
        ownerId: world.accountId,
        status: 'in-use',
        macAddress: one.macAddress,
        privateIpAddress: one.privateIp,
        privateDnsName: dnsName,
        sourceDestCheck: one.sourceDestCheck,
        interfaceType: 'interface',
        groupSet: renderGroups(world, one),
        attachment: { ...attachment, networkCardIndex: 0 },
        association,
        privateIpAddressesSet: [
          { privateIpAddress: one.privateIp, privateDnsName: dnsName, primary: true, association },
          ...renderSecondary(world, one.secondaryIps),
        ],
        ipv6AddressesSet: [],
      }
    })
}

/** How an interface that somebody made is attached. */
export function ownAttachment(world: World, { attachment }: NetworkInterface) {
  if (!attachment) return undefined
  const { id, instanceId, deviceIndex, deleteOnTermination, attachedAtMs } = attachment
  return {
    attachmentId: id,
    instanceId,
    instanceOwnerId: world.accountId,
    deviceIndex,
    status: 'attached',
    attachTime: new Date(attachedAtMs),
    deleteOnTermination,
  }
}

export function renderSecondary(world: World, addresses: readonly string[] = []): readonly XmlRecord[] {
  return addresses.map((privateIpAddress) => ({
    privateIpAddress,
    privateDnsName: privateDnsName(world.region.name, privateIpAddress),
    primary: false,
  }))
}
