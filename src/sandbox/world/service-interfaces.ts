import { isNatStanding } from '../model/networks/network-parts.js'
import type { World } from './world.js'

/** A network interface that a service of AWS has in a subnet, for a NAT gateway or an endpoint. */
export interface ServiceInterface {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  readonly subnetId: string
  readonly privateIp: string
  readonly groupIds: readonly string[]
  readonly interfaceType: 'nat_gateway' | 'vpc_endpoint'
  readonly description: string
  /** Of a NAT gateway: its elastic address. */
  readonly allocationId: string | undefined
}

/** Those of a region. */
export function serviceInterfaces(world: World): readonly ServiceInterface[] {
  const nats = world.natGateways.values().filter(isNatStanding)
  return [
    ...nats.map(({ id, sequence, vpcId, subnetId, privateIp, networkInterfaceId, allocationId }): ServiceInterface => ({
      id: networkInterfaceId,
      sequence,
      vpcId,
      subnetId,
      privateIp,
      groupIds: [],
      interfaceType: 'nat_gateway',
      description: `Interface for NAT Gateway ${id}`,
      allocationId,
    })),
    ...world.vpcEndpoints.values().flatMap(({ id, sequence, vpcId, interfaces, groupIds }) =>
      interfaces.map(({ subnetId, networkInterfaceId, privateIp }): ServiceInterface => ({
        id: networkInterfaceId,
        sequence,
        vpcId,
        subnetId,
        privateIp,
        groupIds,
        interfaceType: 'vpc_endpoint',
        description: `VPC Endpoint Interface ${id}`,
        allocationId: undefined,
      })),
    ),
  ]
}
