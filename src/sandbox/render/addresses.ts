import type { Instance } from '../model/instance.js'
import type { World } from '../world/world.js'

/** The public address of an instance now: its Elastic IP, else its own while it is not stopped; undefined when none. */
export function publicIpOf(world: World, instance: Instance): string | undefined {
  const [elastic] = world.addresses.withKey(instance.id)
  if (elastic) return elastic.publicIp
  if (!instance.hasPublicIp || instance.state === 'stopped' || instance.state === 'terminated') return undefined
  return world.cloud.hosts.publicIpFor(instance.privateIp)
}

/** EC2's DNS name of a public address; empty when there is none. */
export function publicDnsName(region: string, publicIp: string | undefined): string {
  if (publicIp === undefined) return ''
  return `ec2-${publicIp.replaceAll('.', '-')}.${region === 'us-east-1' ? 'compute-1' : `${region}.compute`}.amazonaws.com`
}
