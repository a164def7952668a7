import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import type { AppliedKey } from '../../../model/applied.js'
import { knownAfterApply, type DiffValue } from '../../../model/change.js'
import type { AclEntry, LiveNetwork, NetworkPath, NetworkSpec, Route } from '../../../model/kinds/network.js'

/** What the file says of one property of a part, and whether the call that makes the part says it too. */
export interface NetworkWord {
  readonly path: NetworkPath
  readonly key: AppliedKey
  readonly value: DiffValue
  readonly isMade: boolean
}

/** Everything that the file says of a part. */
export function networkWords(spec: NetworkSpec): readonly NetworkWord[] {
  const made = word(true)
  const later = word(false)
  switch (spec.part) {
    case 'vpc':
      return [
        made('cidr', 'cidr', spec.cidr),
        // As EC2 makes it: it has the first, and not the second (EC2 API, ModifyVpcAttribute).
        word(spec.dnsSupport)('dnsSupport', 'dns', spec.dnsSupport),
        word(!spec.dnsHostnames)('dnsHostnames', 'hostnames', spec.dnsHostnames),
      ]
    case 'subnet':
      return [
        made('cidr', 'cidr', spec.cidr),
        made('zone', 'zone', spec.zone),
        word(!spec.publicIps)('publicIps', 'public', spec.publicIps),
        ...(spec.acl === undefined ? [] : [later('acl', 'acl', spec.acl)]),
      ]
    case 'gateway':
      return [later('network', 'net', spec.network)]
    case 'routes':
      return [
        later('association', 'assoc', spec.subnet),
        word(spec.routes.length === 0)('routes', 'routes', spec.routes.map(routeText)),
      ]
    case 'acl':
      return [word(spec.entries.length === 0)('entries', 'entries', spec.entries.map(entryText))]
    case 'nat-address':
      return []
    case 'nat':
      return [made('subnet', 'subnet', spec.subnet), made('allocation', 'alloc', spec.allocation)]
    case 'endpoint':
      return [
        made('service', 'service', spec.service),
        made('type', 'type', spec.type),
        ...(spec.type === 'gateway'
          ? [made('routeTables', 'tables', spec.routeTables)]
          : [
              made('subnets', 'subnets', spec.subnets),
              // Without any it has the network's own default group.
              ...(spec.securityGroups.length > 0 ? [made('securityGroups', 'group', spec.securityGroups)] : []),
              made('privateDns', 'pdns', spec.privateDns),
            ]),
      ]
  }
}

function word(isMade: boolean) {
  return (path: NetworkPath, key: AppliedKey, value: DiffValue): NetworkWord => ({ path, key, value, isMade })
}

/** What EC2 chooses of a new part. */
export function chosenByEc2({ part }: NetworkSpec): { readonly publicIp?: DiffValue } {
  return part === 'nat-address' ? { publicIp: knownAfterApply } : {}
}

/** What a live part has under each path, in the words of the file: `nameOf` gives the address of what is the stack's. */
export function liveWords(
  live: LiveNetwork,
  nameOf: (id: string) => string,
  aclOf: (subnetId: string) => Address | undefined,
): Readonly<Partial<Record<NetworkPath, DiffValue>>> {
  const namesOf = (ids: readonly string[]) => ids.map(nameOf).sort(compareText)
  switch (live.part) {
    case 'vpc':
      return { cidr: live.cidr, dnsSupport: live.dnsSupport, dnsHostnames: live.dnsHostnames }
    case 'subnet':
      return { cidr: live.cidr, zone: live.zone, publicIps: live.publicIps, acl: aclOf(live.id) ?? null }
    case 'gateway':
      return { network: live.vpcId === undefined ? null : nameOf(live.vpcId) }
    case 'routes':
      return { association: associationText(live.address, namesOf(live.subnetIds)), routes: namedRoutes(live.routes) }
    case 'acl':
      return { entries: live.entries.map(entryText) }
    case 'nat-address':
      return {}
    case 'nat':
      return { subnet: nameOf(live.subnetId), allocation: nameOf(live.allocationId) }
    case 'endpoint':
      return {
        service: live.service,
        type: live.type,
        routeTables: namesOf(live.routeTableIds),
        subnets: namesOf(live.subnetIds),
        securityGroups: namesOf(live.groupIds),
        privateDns: live.privateDns,
      }
  }

  function namedRoutes(routes: readonly Route[]): readonly string[] {
    return routes.map(({ to, by }) => routeText({ to, by: nameOf(by) }))
  }
}

/** A table is its own subnet's; that others have it by hand is nothing that it lacks. */
function associationText(table: Address, subnets: readonly string[]): string | null {
  return subnets.find((subnet) => table === `${subnet}.routes`) ?? null
}

export function routeText({ to, by }: Route): string {
  return `${to} by ${by}`
}

/** `in 10: allow tcp 22 from 0.0.0.0/0` */
export function entryText({ egress, number, protocol, fromPort, toPort, cidr, action }: AclEntry): string {
  const ports = fromPort < 0 ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`
  return `${egress ? 'out' : 'in'} ${number}: ${action} ${protocol}${ports} ${egress ? 'to' : 'from'} ${cidr}`
}
