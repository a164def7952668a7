import type { BorderRule, SubnetBorder } from '../hosts/host-backend.js'
import { defaultEntries, type AclEntry } from '../model/networks/network-parts.js'
import { aclAssociationOf, networkAcl } from '../world/network-acls.js'
import type { World } from '../world/world.js'

/** The subnets of all regions whose network ACL somebody has made or changed: at these not everything passes. */
export function bordersOf(worlds: readonly World[]): readonly SubnetBorder[] {
  return worlds.flatMap((world) => {
    if (world.networkAcls.size === 0) return []
    return world.subnets.values().flatMap((subnet) => {
      const entries = networkAcl(world, aclAssociationOf(subnet).aclId)?.entries
      if (entries === undefined || entries === defaultEntries) return []
      const ordered = entries.toSorted((left, right) => left.ruleNumber - right.ruleNumber)
      const side = (isOut: boolean) => ordered.filter(({ egress }) => egress === isOut).flatMap(ruleOf)
      return [{ cidr: subnet.cidr, inwards: side(false), outwards: side(true) }]
    })
  })
}

const protocols: Readonly<Record<string, BorderRule['protocol']>> = {
  '-1': 'all',
  '6': 'tcp',
  '17': 'udp',
  '1': 'icmp',
}

/** Rules for protocols that hosts do not speak here decide nothing. Of ICMP every type passes where any does. */
function ruleOf({ protocol: number, cidrBlock: peer, ruleAction, portRange }: AclEntry): readonly BorderRule[] {
  const protocol = protocols[number]
  if (protocol === undefined) return []
  const { from = 0, to = 65_535 } = portRange ?? {}
  return [{ peer, protocol, fromPort: from, toPort: to, allows: ruleAction === 'allow' }]
}
