import { privateDnsName } from '../../lifecycle/host-description.js'
import { resourceKinds } from '../../model/ids.js'
import { macOf, type Instance } from '../../model/instance.js'
import { shortNameOf, type BalancerNode, type LoadBalancer } from '../../model/load-balancing/records.js'
import { associationOf, elasticIpOf, publicDnsName } from '../../render/addresses.js'
import { renderGroups } from '../../render/instance.js'
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
  readonly macAddress: string
  readonly securityGroupIds: readonly string[]
  readonly status: 'in-use' | 'detaching'
  readonly association: ReturnType<typeof associationOf>
  readonly owner:
    | { readonly kind: 'instance'; readonly instance: Instance }
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
  return [...ofInstances, ...ofBalancers, ...ofServices]
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
        'attachment.instance-id': ({ owner }) => (owner.kind === 'instance' ? owner.instance.id : undefined),
        'attachment.status': () => 'attached',
        'availability-zone': ({ zone }) => zone,
        description: descriptionOf,
        'group-id': ({ securityGroupIds }) => securityGroupIds,
        'mac-address': ({ macAddress }) => macAddress,
        'network-interface-id': ({ id }) => id,
        'private-ip-address': ({ privateIp }) => privateIp,
        'addresses.private-ip-address': ({ privateIp }) => privateIp,
        'interface-type': typeOf,
        'requester-managed': ({ owner }) => String(owner.kind !== 'instance'),
        status: ({ status }) => status,
        'subnet-id': ({ subnetId }) => subnetId,
        'vpc-id': ({ vpcId }) => vpcId,
      },
      page: pageRules.networkInterfaces,
    })
    return { networkInterfaceSet: page.items.map((one) => render(world, one)), nextToken: page.nextToken }
  },
})

function descriptionOf({ owner }: Interface): string {
  if (owner.kind === 'service') return owner.service.description
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
    ...(owner.kind === 'instance' ? {} : { requesterId: owner.kind === 'service' ? 'amazon-aws' : 'amazon-elb' }),
    requesterManaged: owner.kind !== 'instance',
    status: shown.status,
    macAddress: shown.macAddress,
    privateIpAddress: privateIp,
    privateDnsName: dnsName,
    sourceDestCheck: isChecked(owner),
    groupSet: renderGroups(world, shown),
    attachment: renderAttachment(world, owner),
    association,
    privateIpAddressesSet: [{ privateIpAddress: privateIp, privateDnsName: dnsName, primary: true, association }],
    ipv6AddressesSet: [],
    interfaceType: typeOf(shown),
    tagSet: renderTags(world.tags.get(shown.id)),
  }
}

/** A NAT gateway passes on what is not for itself. */
function isChecked(owner: Interface['owner']): boolean {
  if (owner.kind === 'instance') return owner.instance.sourceDestCheck
  return owner.kind !== 'service' || owner.service.interfaceType !== 'nat_gateway'
}

function typeOf({ owner }: Interface): string {
  if (owner.kind === 'service') return owner.service.interfaceType
  return owner.kind === 'load-balancer' && owner.balancer.type === 'network' ? 'network_load_balancer' : 'interface'
}

function renderAttachment(world: World, owner: Interface['owner']) {
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
