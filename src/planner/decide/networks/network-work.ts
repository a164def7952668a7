import type { NetworkMaking, NetworkWork } from '../../../model/kinds/network-work.js'
import type {
  AclEntry,
  LiveNetwork,
  LiveNetworkPart,
  NetworkPart,
  NetworkPath,
  NetworkSpec,
} from '../../../model/kinds/network.js'
import { itemChanges } from '../../compare/comparison.js'
import { entryText, routeText } from './network-words.js'

/** What a part is made with. */
export function makingOf(spec: NetworkSpec): NetworkMaking {
  const { part, network } = spec
  switch (part) {
    case 'vpc':
      return { part, cidr: spec.cidr }
    case 'subnet':
      return { part, network, cidr: spec.cidr, zone: spec.zone }
    case 'gateway':
    case 'nat-address':
      return { part }
    case 'routes':
    case 'acl':
      return { part, network }
    case 'nat':
      return { part, subnet: spec.subnet, allocation: spec.allocation }
    case 'endpoint': {
      const { service, type, routeTables, subnets, securityGroups, privateDns } = spec
      return { part, network, service, type, routeTables, subnets, securityGroups, privateDns }
    }
  }
}

/**
 * What is to be done of a part where these paths differ; `live` is undefined for one that is new. Undefined: nothing. `nameOf`
 * gives the address of what is the stack's.
 */
export function workOn(
  spec: NetworkSpec,
  live: LiveNetwork | undefined,
  paths: ReadonlySet<NetworkPath>,
  nameOf: (id: string) => string,
): NetworkWork | undefined {
  if (paths.size === 0) return undefined
  const has = (path: NetworkPath) => paths.has(path)
  const { part } = spec
  switch (part) {
    case 'vpc':
      return {
        part,
        ...(has('dnsSupport') && { dnsSupport: spec.dnsSupport }),
        ...(has('dnsHostnames') && { dnsHostnames: spec.dnsHostnames }),
      }
    case 'subnet':
      return {
        part,
        ...(has('publicIps') && { publicIps: spec.publicIps }),
        ...(has('acl') && { acl: spec.acl ?? 'default' }),
      }
    case 'gateway':
      return { part, attach: spec.network }
    case 'routes': {
      const present = liveOf(live, part)?.routes.map(({ to, by }) => ({ to, by: nameOf(by) })) ?? []
      const { removed, added } = itemChanges(present.map(routeText), spec.routes.map(routeText))
      const put = spec.routes.filter((route) => added.includes(routeText(route)))
      const kept = new Set(spec.routes.map(({ to }) => to))
      const drop = present.filter((route) => removed.includes(routeText(route)) && !kept.has(route.to))
      return { part, ...(has('association') && { associate: spec.subnet }), put, drop: drop.map(({ to }) => to) }
    }
    case 'acl': {
      const present = liveOf(live, part)?.entries ?? []
      const { removed, added } = itemChanges(present.map(entryText), spec.entries.map(entryText))
      const put = inPuttingOrder(
        spec.entries.filter((entry) => added.includes(entryText(entry))),
        spec.entries.length > present.length,
      )
      const kept = new Set(spec.entries.map(placeOf))
      const drop = present.filter((entry) => removed.includes(entryText(entry)) && !kept.has(placeOf(entry)))
      return { part, put, drop: drop.map(({ egress, number }) => ({ egress, number })) }
    }
    case 'endpoint': {
      const present = liveOf(live, part)
      const changes = {
        routeTables: itemChanges(present?.routeTableIds.map(nameOf) ?? [], spec.routeTables),
        subnets: itemChanges(present?.subnetIds.map(nameOf) ?? [], spec.subnets),
        securityGroups: itemChanges(present?.groupIds.map(nameOf) ?? [], spec.securityGroups),
      }
      const side = (which: 'added' | 'removed') => ({
        routeTables: has('routeTables') ? changes.routeTables[which] : [],
        subnets: has('subnets') ? changes.subnets[which] : [],
        securityGroups: has('securityGroups') ? changes.securityGroups[which] : [],
      })
      const add = side('added')
      // What is not the stack's has no address, and is named by its id.
      return { part, ...(has('privateDns') && { privateDns: spec.privateDns }), add, remove: side('removed') }
    }
    case 'nat':
    case 'nat-address':
      return undefined
  }
}

/**
 * Rules are put in one by one. Where there are more than before they move on to higher numbers, and the last comes first: so each
 * stands at its new number before another takes its old one, and nothing that both lists let through is refused in between.
 */
function inPuttingOrder(entries: readonly AclEntry[], isLonger: boolean): readonly AclEntry[] {
  return isLonger ? entries.toReversed() : entries
}

function placeOf({ egress, number }: { readonly egress: boolean; readonly number: number }): string {
  return `${egress} ${number}`
}

function liveOf<Part extends NetworkPart>(
  live: LiveNetwork | undefined,
  part: Part,
): LiveNetworkPart<Part> | undefined {
  return live?.part === part ? (live as LiveNetworkPart<Part>) : undefined
}
