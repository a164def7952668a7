import { stableId } from '../model/ids.js'
import { defaultEntries, type NetworkAcl } from '../model/networks/network-parts.js'
import type { Subnet, Vpc } from '../model/networks/network.js'
import type { World } from './world.js'

/** All network ACLs: every VPC has one that EC2 made along with it. */
export function networkAcls(world: World): NetworkAcl[] {
  const own = world.networkAcls.values().filter(({ isDefault }) => !isDefault)
  return [...world.vpcs.values().map((vpc) => defaultAclOf(world, vpc)), ...own]
}

export function networkAcl(world: World, id: string): NetworkAcl | undefined {
  return world.networkAcls.get(id) ?? networkAcls(world).find((acl) => acl.id === id)
}

function defaultAclOf(world: World, { id: vpcId, sequence }: Vpc): NetworkAcl {
  const id = defaultAclId(vpcId)
  return world.networkAcls.get(id) ?? { id, sequence, vpcId, isDefault: true, entries: defaultEntries }
}

export function defaultAclId(vpcId: string): string {
  return stableId('acl', vpcId, 'default')
}

/** A subnet has one network ACL at any time: that of its VPC until it gets another. */
export function aclAssociationOf({ id, vpcId, acl }: Subnet): { readonly id: string; readonly aclId: string } {
  return acl ?? { id: stableId('aclassoc', id), aclId: defaultAclId(vpcId) }
}

export function subnetsWith(world: World, { id, vpcId }: NetworkAcl): readonly Subnet[] {
  return world.subnets.withKey(vpcId).filter((subnet) => aclAssociationOf(subnet).aclId === id)
}
