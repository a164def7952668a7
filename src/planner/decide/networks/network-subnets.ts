import type { Address } from '../../../model/address.js'
import { networkOf } from '../../../model/kinds/network.js'
import { subnetKey, type LiveSubnet, type SubnetSelector } from '../../../model/launch/subnet.js'
import type { World } from '../../world.js'

/** What a selector names: also a subnet that the plan makes. */
export function subnetFor(world: World, subnet: SubnetSelector): LiveSubnet | undefined {
  return subnet.kind === 'network' ? networkSubnet(world, subnet.address) : world.live.stack.subnets[subnetKey(subnet)]
}

/** A subnet of the file as servers see it: as it will be when they come, by its address where it is not there yet. */
function networkSubnet({ networks, live }: World, address: Address): LiveSubnet | undefined {
  const wanted = networks.get(address)
  if (wanted?.part !== 'subnet') return undefined
  const { zone, publicIps: givesPublicIp } = wanted
  const network = networkOf(address)
  const [subnetId, vpcId] = [live.networks.get(address)?.id, live.networks.get(network)?.id]
  if (subnetId !== undefined && vpcId !== undefined) return { id: subnetId, vpcId, zone, givesPublicIp }
  return { id: address, vpcId: vpcId ?? network, zone, givesPublicIp, made: { subnet: address, network } }
}
