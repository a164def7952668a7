import { privateDnsName } from '../../lifecycle/host-description.js'
import { checkId, notFound, resourceKinds } from '../../model/ids.js'
import { macOf, type Instance } from '../../model/instance.js'
import type { NetworkInterface } from '../../model/networks/network-interface.js'
import { shortNameOf, type BalancerNode, type LoadBalancer } from '../../model/load-balancing/records.js'
import { associationOf, elasticIpOf, ownAssociationOf, publicDnsName } from '../../render/addresses.js'
import { ownAttachment, renderGroups, renderSecondary } from '../../render/instance.js'
import { ApiError } from '../../wire/api-error.js'
import { isVisible } from '../../world/visibility.js'
import { renderTags } from '../../render/tags.js'
import { filterList, list, paging, string } from '../../wire/shape.js'
import { serviceInterfaces, type ServiceInterface } from '../../world/service-interfaces.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/**
 * A network interface, seen by its own id: it lives with its instance, or its load balancer, and a little longer. That of a NAT
 * gateway or an endpoint goes with it.
 */
interface Interface {
  readonly id: string
  readonly sequence: number
  readonly subnetId: string
  readonly vpcId: string
  readonly zone: string
  readonly privateIp: string
  readonly secondaryIps: readonly string[]
  readonly macAddress: string
  readonly securityGroupIds: readonly string[]
  readonly status: 'available' | 'in-use' | 'detaching'
  readonly association: ReturnType<typeof associationOf>
  readonly owner:
    | { readonly kind: 'instance'; readonly instance: Instance }
    | { readonly kind: 'own'; readonly one: NetworkInterface }
    | { readonly kind: 'load-balancer'; readonly balancer: LoadBalancer; readonly createdAtMs: number }
    | { readonly kind: 'service'; readonly service: ServiceInterface }
}

/** Network interfaces that exist: those of a terminated instance, or a deleted load balancer, go a while after it. */
export function liveInterfaces(world: World): Interface[] {
  const before = world.now() - world.cloud.latencies.interfaceReleaseMs
  const ofInstances = world.instances
    .values()
    .filter(({ terminatedAtMs }) => terminatedAtMs === undefined || terminatedAtMs > before)
    .map((instance): Interface => ({
      id: instance.networkInterfaceId,
      sequence: instance.sequence,
      subnetId: instance.subnetId,
      vpcId: instance.vpcId,
      zone: instance.zone,
      privateIp: instance.privateIp,
      secondaryIps: instance.secondaryIps ?? [],
      macAddress: instance.macAddress,
      securityGroupIds: instance.securityGroupIds,
      status: instance.state === 'terminated' ? 'detaching' : 'in-use',
      association: associationOf(world, instance),
      owner: { kind: 'instance', instance },
    }))
  const ofBalancers = world.loadBalancers
    .values()
    .filter(({ deletedAtMs }) => deletedAtMs === undefined || deletedAtMs > before)
    .flatMap((balancer) => balancer.nodes.map((node) => interfaceOfNode(world, balancer, node)))
  const ofServices = serviceInterfaces(world).map((service) => interfaceOfService(world, service))
  return [
    ...ofInstances,
    ...world.networkInterfaces.values().map((one) => ownInterface(world, one)),
    ...ofBalancers,
    ...ofServices,
  ]
}

function ownInterface(world: World, one: NetworkInterface): Interface {
  const { id, sequence, subnetId, vpcId, zone, privateIp, secondaryIps, macAddress, securityGroupIds, attachment } = one
  const status = attachment ? 'in-use' : 'available'
  const place = { id, sequence, subnetId, vpcId, zone, privateIp, secondaryIps, macAddress, securityGroupIds, status }
  return { ...place, status, association: ownAssociationOf(world, one), owner: { kind: 'own', one } }
}

/** The first interface of an instance, or one that somebody made: those of AWS's services nobody else changes. */
export function findInterface(
  world: World,
  id: string,
):
  | { readonly kind: 'instance'; readonly instance: Instance }
  | { readonly kind: 'own'; readonly one: NetworkInterface } {
  checkId(resourceKinds.networkInterface, id)
  const owner = liveInterfaces(world).find((one) => one.id === id)?.owner
  if (!owner || !isVisible(world, id, 'mutate')) throw notFound(resourceKinds.networkInterface, [id])
  if (owner.kind === 'instance' || owner.kind === 'own') return owner
  throw new ApiError('AuthFailure', 'You do not have permission to access the specified resource.')
}

/** One as an answer shows it. */
export function renderedInterface(world: World, id: string) {
  const shown = liveInterfaces(world).find((one) => one.id === id)
  return shown && render(world, shown)
}

function interfaceOfService(world: World, service: ServiceInterface): Interface {
  const { id, sequence, subnetId, vpcId, privateIp, groupIds, allocationId } = service
  const address = allocationId === undefined ? undefined : world.addresses.get(allocationId)
  const publicIp = address && elasticIpOf(world, address)
  return {
    id,
    sequence,
    subnetId,
    vpcId,
    zone: world.subnets.get(subnetId)?.zone ?? '',
    privateIp,
    secondaryIps: [],
    macAddress: macOf(privateIp),
    securityGroupIds: groupIds,
    status: 'in-use',
    association:
      address === undefined || publicIp === undefined
        ? undefined
        : {
            publicIp,
            publicDnsName: publicDnsName(world.region.name, publicIp),
            ipOwnerId: world.accountId,
            allocationId: address.id,
            associationId: address.associationId,
          },
    owner: { kind: 'service', service },
  }
}

/** As ELB's own interfaces are shown: nobody but ELB can change them. */
function interfaceOfNode(world: World, balancer: LoadBalancer, node: BalancerNode): Interface {
  const { publicNumber } = node
  const publicIp = publicNumber === undefined ? undefined : world.cloud.hosts.publicIpFor(publicNumber)
  return {
    id: node.networkInterfaceId,
    sequence: balancer.sequence,
    subnetId: node.subnetId,
    vpcId: balancer.vpcId,
    zone: node.zone,
    privateIp: node.privateIp,
    secondaryIps: [],
    macAddress: macOf(node.privateIp),
    securityGroupIds: balancer.securityGroupIds,
    status: balancer.deletedAtMs === undefined ? 'in-use' : 'detaching',
    association:
      publicIp === undefined
        ? undefined
        : {
            publicIp,
            publicDnsName: publicDnsName(world.region.name, publicIp),
            ipOwnerId: 'amazon-elb',
            allocationId: undefined,
            associationId: undefined,
          },
    owner: { kind: 'load-balancer', balancer, createdAtMs: balancer.createdAtMs },
  }
}

export const describeNetworkInterfaces = defineAction({
  name: 'DescribeNetworkInterfaces',
  effect: 'reads',
  members: { NetworkInterfaceId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const interfaces = liveInterfaces(world)
    const page = describeRecords<Interface>(world, {
      action: 'DescribeNetworkInterfaces',
      kind: resourceKinds.networkInterface,
      source: { get: (id) => interfaces.find((one) => one.id === id), values: () => interfaces },
      ids: parameters.NetworkInterfaceId,
      request: parameters,
      filters: {
        'addresses.association.public-ip': ({ association }) => association?.publicIp,
        'association.allocation-id': ({ association }) => association?.allocationId,
        'association.association-id': ({ association }) => association?.associationId,
        'association.ip-owner-id': ({ association }) => association?.ipOwnerId,
        'association.public-dns-name': ({ association }) => association?.publicDnsName,
        'association.public-ip': ({ association }) => association?.publicIp,
        'attachment.attachment-id': ({ owner }) => attachmentOf(world, owner)?.attachmentId,
        'attachment.device-index': ({ owner }) => attachmentOf(world, owner)?.deviceIndex,
        'attachment.instance-id': ({ owner }) => attachmentOf(world, owner)?.instanceId,
        'attachment.status': ({ owner }) => attachmentOf(world, owner)?.status,
        'availability-zone': ({ zone }) => zone,
        description: descriptionOf,
        'group-id': ({ securityGroupIds }) => securityGroupIds,
        'mac-address': ({ macAddress }) => macAddress,
        'network-interface-id': ({ id }) => id,
        'private-ip-address': ({ privateIp }) => privateIp,
        'addresses.private-ip-address': ({ privateIp, secondaryIps }) => [privateIp, ...secondaryIps],
        'interface-type': typeOf,
        'requester-managed': ({ owner }) => String(isManaged(owner)),
        status: ({ status }) => status,
        'subnet-id': ({ subnetId }) => subnetId,
        'vpc-id': ({ vpcId }) => vpcId,
      },
      page: pageRules.networkInterfaces,
    })
    return { networkInterfaceSet: page.items.map((one) => render(world, one)), nextToken: page.nextToken }
  },
})

/** Whether a service of AWS made it, for itself. */
function isManaged({ kind }: Interface['owner']): boolean {
  return kind !== 'instance' && kind !== 'own'
}

function descriptionOf({ owner }: Interface): string {
  if (owner.kind === 'service') return owner.service.description
  if (owner.kind === 'own') return owner.one.description
  return owner.kind === 'instance' ? '' : `ELB ${shortNameOf(owner.balancer.id)}`
}

function render(world: World, shown: Interface) {
  const { owner, association, privateIp } = shown
  const dnsName = privateDnsName(world.region.name, privateIp)
  return {
    networkInterfaceId: shown.id,
    subnetId: shown.subnetId,
    vpcId: shown.vpcId,
    availabilityZone: shown.zone,
    description: descriptionOf(shown),
    ownerId: world.accountId,
    ...(isManaged(owner) && { requesterId: owner.kind === 'service' ? 'amazon-aws' : 'amazon-elb' }),
    requesterManaged: isManaged(owner),
    status: shown.status,
    macAddress: shown.macAddress,
    privateIpAddress: privateIp,
    privateDnsName: dnsName,
    sourceDestCheck: isChecked(owner),
    groupSet: renderGroups(world, shown),
    attachment: attachmentOf(world, owner),
    association,
    privateIpAddressesSet: [
      { privateIpAddress: privateIp, privateDnsName: dnsName, primary: true, association },
      ...renderSecondary(world, shown.secondaryIps),
    ],
    ipv6AddressesSet: [],
    interfaceType: typeOf(shown),
    tagSet: renderTags(world.tags.get(shown.id)),
  }
}

/** A NAT gateway passes on what is not for itself. */
function isChecked(owner: Interface['owner']): boolean {
  if (owner.kind === 'instance') return owner.instance.sourceDestCheck
  if (owner.kind === 'own') return owner.one.sourceDestCheck
  return owner.kind !== 'service' || owner.service.interfaceType !== 'nat_gateway'
}

function typeOf({ owner }: Interface): string {
  if (owner.kind === 'service') return owner.service.interfaceType
  return owner.kind === 'load-balancer' && owner.balancer.type === 'network' ? 'network_load_balancer' : 'interface'
}

/** A type, not an interface: what is written as XML has an index signature. */
type RenderedAttachment = {
  readonly attachmentId: string
  readonly instanceId?: string
  readonly instanceOwnerId: string
  readonly deviceIndex: number
  readonly status: string
  readonly attachTime?: Date
  readonly deleteOnTermination: boolean
}

function attachmentOf(world: World, owner: Interface['owner']): RenderedAttachment | undefined {
  if (owner.kind === 'own') return ownAttachment(world, owner.one)
  if (owner.kind === 'load-balancer') {
    return {
      attachmentId: `ela-attach-${owner.balancer.id.slice(-16)}`,
      instanceOwnerId: 'amazon-elb',
      deviceIndex: 1,
      status: 'attached',
      attachTime: new Date(owner.createdAtMs),
      deleteOnTermination: false,
    }
  }
  if (owner.kind === 'service') {
    return {
      attachmentId: `ela-attach-${owner.service.id.slice('eni-'.length)}`,
      instanceOwnerId: 'amazon-aws',
      deviceIndex: 1,
      status: 'attached',
      deleteOnTermination: false,
    }
  }
  const { instance } = owner
  return {
    attachmentId: instance.networkAttachmentId,
    instanceId: instance.id,
    instanceOwnerId: world.accountId,
    deviceIndex: 0,
    status: 'attached',
    attachTime: new Date(instance.createdAtMs),
    deleteOnTermination: true,
  }
}
