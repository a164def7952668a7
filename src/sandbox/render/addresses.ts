import type { Address } from '../model/address.js'
import type { Instance } from '../model/instance.js'
import type { NetworkInterface } from '../model/networks/network-interface.js'
import type { World } from '../world/world.js'

/** The public address of an instance now: its Elastic IP, else its own while it is not stopped; undefined when none. */
export function publicIpOf(world: World, instance: Instance): string | undefined {
  const [elastic] = world.addresses.withKey(instance.id)
  if (elastic) return elasticIpOf(world, elastic)
  if (instance.lacksPublicIp === true) return undefined
  if (!instance.hasPublicIp || instance.state === 'stopped' || instance.state === 'terminated') return undefined
  return world.cloud.hosts.publicIpFor(instance.publicNumber ?? instance.privateIp)
}

export function elasticIpOf(world: World, { publicNumber }: Address): string {
  return world.cloud.hosts.publicIpFor(publicNumber)
}

/** How a network interface has its public address: from Amazon, or as an Elastic IP of the account. */
export function associationOf(world: World, instance: Instance) {
  const publicIp = publicIpOf(world, instance)
  if (publicIp === undefined) return undefined
  const [elastic] = world.addresses.withKey(instance.id)
  return {
    publicIp,
    publicDnsName: publicNameOf(world, instance),
    ipOwnerId: elastic ? world.accountId : 'amazon',
    allocationId: elastic?.id,
    associationId: elastic?.associationId,
  }
}

/** The Elastic IP of an interface beside the first one of an instance: it gets no other public address. */
export function ownAssociationOf(world: World, { id, vpcId }: NetworkInterface) {
  const [elastic] = world.addresses.withKey(id)
  if (!elastic) return undefined
  const publicIp = elasticIpOf(world, elastic)
  const isNamed = world.vpcs.get(vpcId)?.dnsHostnames === true
  return {
    publicIp,
    publicDnsName: isNamed ? publicDnsName(world.region.name, publicIp) : '',
    ipOwnerId: world.accountId,
    allocationId: elastic.id,
    associationId: elastic.associationId,
  }
}

/** EC2's DNS name of an instance's public address; empty where it has none, and in a VPC without `enableDnsHostnames`. */
export function publicNameOf(world: World, instance: Instance): string {
  if (world.vpcs.get(instance.vpcId)?.dnsHostnames !== true) return ''
  return publicDnsName(world.region.name, publicIpOf(world, instance))
}

/** EC2's DNS name of a public address; empty when there is none. */
export function publicDnsName(region: string, publicIp: string | undefined): string {
  if (publicIp === undefined) return ''
  return `ec2-${publicIp.replaceAll('.', '-')}.${region === 'us-east-1' ? 'compute-1' : `${region}.compute`}.amazonaws.com`
}
