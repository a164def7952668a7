import { privateDnsName } from '../../lifecycle/host-description.js'
import { resourceKinds } from '../../model/ids.js'
import type { Instance } from '../../model/instance.js'
import { associationOf } from '../../render/addresses.js'
import { renderGroups } from '../../render/instance.js'
import { renderTags } from '../../render/tags.js'
import { filterList, list, paging, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** A network interface, seen by its own id: it lives with its instance and a little longer. */
interface Interface {
  readonly id: string
  readonly sequence: number
  readonly instance: Instance
}

/** Network interfaces that exist: those of a terminated instance go a while after it. */
export function liveInterfaces(world: World): Interface[] {
  const before = world.now() - world.cloud.latencies.interfaceReleaseMs
  return world.instances
    .values()
    .filter(({ terminatedAtMs }) => terminatedAtMs === undefined || terminatedAtMs > before)
    .map((instance) => ({ id: instance.networkInterfaceId, sequence: instance.sequence, instance }))
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
        'addresses.association.public-ip': ({ instance }) => associationOf(world, instance)?.publicIp,
        'association.allocation-id': ({ instance }) => associationOf(world, instance)?.allocationId,
        'association.association-id': ({ instance }) => associationOf(world, instance)?.associationId,
        'association.ip-owner-id': ({ instance }) => associationOf(world, instance)?.ipOwnerId,
        'association.public-dns-name': ({ instance }) => associationOf(world, instance)?.publicDnsName,
        'association.public-ip': ({ instance }) => associationOf(world, instance)?.publicIp,
        'attachment.instance-id': ({ instance }) => instance.id,
        'attachment.status': () => 'attached',
        'availability-zone': ({ instance }) => instance.zone,
        'group-id': ({ instance }) => instance.securityGroupIds,
        'mac-address': ({ instance }) => instance.macAddress,
        'network-interface-id': ({ id }) => id,
        'private-ip-address': ({ instance }) => instance.privateIp,
        'addresses.private-ip-address': ({ instance }) => instance.privateIp,
        status: ({ instance }) => statusOf(instance),
        'subnet-id': ({ instance }) => instance.subnetId,
        'vpc-id': ({ instance }) => instance.vpcId,
      },
      page: pageRules.networkInterfaces,
    })
    return { networkInterfaceSet: page.items.map(({ instance }) => render(world, instance)), nextToken: page.nextToken }
  },
})

function statusOf({ state }: Instance): string {
  return state === 'terminated' ? 'detaching' : 'in-use'
}

function render(world: World, instance: Instance) {
  const association = associationOf(world, instance)
  const dnsName = privateDnsName(world.region.name, instance.privateIp)
  return {
    networkInterfaceId: instance.networkInterfaceId,
    subnetId: instance.subnetId,
    vpcId: instance.vpcId,
    availabilityZone: instance.zone,
    description: '',
    ownerId: world.accountId,
    requesterManaged: false,
    status: statusOf(instance),
    macAddress: instance.macAddress,
    privateIpAddress: instance.privateIp,
    privateDnsName: dnsName,
    sourceDestCheck: instance.sourceDestCheck,
    groupSet: renderGroups(world, instance),
    attachment: {
      attachmentId: instance.networkAttachmentId,
      instanceId: instance.id,
      instanceOwnerId: world.accountId,
      deviceIndex: 0,
      status: 'attached',
      attachTime: new Date(instance.createdAtMs),
      deleteOnTermination: true,
    },
    association,
    privateIpAddressesSet: [
      { privateIpAddress: instance.privateIp, privateDnsName: dnsName, primary: true, association },
    ],
    ipv6AddressesSet: [],
    interfaceType: 'interface',
    tagSet: renderTags(world.tags.get(instance.networkInterfaceId)),
  }
}
