import type { Address } from '../model/address.js'
import { sortedByAddress } from '../model/address-order.js'
import type { LiveElasticIp } from '../model/kinds/elastic-ip.js'
import type { LiveBuiltImage } from '../model/kinds/image.js'
import type { LiveKeyPair } from '../model/kinds/key-pair.js'
import type { LiveScalingGroup } from '../model/kinds/scaling-group.js'
import type { LiveInterface } from '../model/kinds/network-interface.js'
import type { LiveLoadBalancer } from '../model/kinds/load-balancer.js'
import { liveLists, type LiveList } from '../model/kinds/kinds.js'
import type { LiveNetwork } from '../model/kinds/network.js'
import type { LivePlacementGroup } from '../model/kinds/placement-group.js'
import type { LiveSecurityGroup } from '../model/kinds/security-group.js'
import type { LiveServer } from '../model/kinds/server.js'
import type { LiveVolume } from '../model/kinds/volume.js'
import type { LiveSnapshot } from '../model/kinds/volume-snapshot.js'
import type { LiveSpotRequest } from '../model/launch/spot.js'
import type { LiveStack } from '../model/live-stack.js'
import { successionOf } from '../model/kinds/server-succession.js'
import { copySourceOf } from '../model/regions/region-copy.js'
import { tagKeys } from '../model/tags.js'

/** A LiveStack behind maps, so that planning looks nothing up in lists. */
export interface LiveIndex {
  readonly stack: LiveStack
  readonly keyPairs: ReadonlyMap<Address, LiveKeyPair>
  readonly keyPairsByName: ReadonlyMap<string, LiveKeyPair>
  readonly networks: ReadonlyMap<Address, LiveNetwork>
  /** What parts of networks name, by id: other parts, and security groups. */
  readonly networkNames: ReadonlyMap<string, Address>
  /** The network ACL that a subnet has, by the subnet's id, where it is one of the stack's. */
  readonly aclBySubnet: ReadonlyMap<string, Address>
  readonly securityGroups: ReadonlyMap<Address, LiveSecurityGroup>
  readonly groupsById: ReadonlyMap<string, LiveSecurityGroup>
  readonly builtImages: ReadonlyMap<Address, LiveBuiltImage>
  readonly placementGroups: ReadonlyMap<Address, LivePlacementGroup>
  /** Their addresses, by the names that EC2 has for them. */
  readonly placementGroupNames: ReadonlyMap<string, Address>
  /** Of several instances, each of which takes the place of another, the one that has the address; the youngest, unless chosen otherwise. */
  readonly servers: ReadonlyMap<Address, LiveServer>
  /** The others of these. */
  readonly superseded: ReadonlyMap<Address, readonly LiveServer[]>
  readonly serversById: ReadonlyMap<string, LiveServer>
  /** Those that are over and still shown included. */
  readonly spotRequests: ReadonlyMap<Address, readonly LiveSpotRequest[]>
  /** Instances of the stack that are shutting down. */
  readonly endingServers: ReadonlyMap<string, Address>
  readonly elasticIps: ReadonlyMap<Address, LiveElasticIp>
  readonly interfaces: ReadonlyMap<Address, LiveInterface>
  readonly loadBalancers: ReadonlyMap<Address, LiveLoadBalancer>
  readonly scalingGroups: ReadonlyMap<Address, LiveScalingGroup>
  /** The elastic addresses themselves, also of those that share a name. */
  readonly publicIps: ReadonlySet<string>
  /** Ours, without root and retained volumes. */
  readonly volumes: ReadonlyMap<Address, LiveVolume>
  /** All data volumes, foreign ones included. */
  readonly volumesById: ReadonlyMap<string, LiveVolume>
  /** Volumes that were kept when their entry left the file. */
  readonly retained: ReadonlyMap<Address, readonly LiveVolume[]>
  /** Ours, by the volume's address, without copies of what a stack of the same name has in another region. */
  readonly snapshots: ReadonlyMap<Address, readonly LiveSnapshot[]>
  /** Those copies. They are taken where there is nothing of our own, and never changed. */
  readonly arrived: ReadonlyMap<Address, readonly LiveSnapshot[]>
  readonly snapshotsById: ReadonlyMap<string, LiveSnapshot>
  /** Whatever alone carries its address, of all kinds. */
  readonly resources: ReadonlyMap<Address, Addressed>
  /** Two or more live resources with one address: their ids, sorted. */
  readonly conflicts: ReadonlyMap<Address, readonly string[]>
  readonly ledger: ReadonlySet<Address>
  readonly unreadable: ReadonlyMap<Address, string>
}

interface Addressed {
  readonly address: Address
  readonly id: string
}

/** Indexes what was observed; the order of its lists does not matter. */
export function indexLive(live: LiveStack): LiveIndex {
  const conflicts = new Map<Address, readonly string[]>()
  const isOurs = (resource: LiveVolume | LiveSnapshot) => resource.tags[tagKeys.stack] === live.stack
  const volumes = live.volumes.filter((volume) => volume.tags[tagKeys.role] !== 'root')
  const owned = volumes.filter(isOurs)
  const snapshots = live.snapshots.filter(isOurs)
  const successions = successionsByAddress(live.servers, conflicts)
  const unique = {
    keyPairs: uniqueByAddress(live.keyPairs, conflicts),
    networks: uniqueByAddress(live.networks ?? [], conflicts),
    securityGroups: uniqueByAddress(live.securityGroups, conflicts),
    builtImages: uniqueByAddress(live.builtImages ?? [], conflicts),
    placementGroups: uniqueByAddress(live.placementGroups ?? [], conflicts),
    servers: firstOfSuccessions(successions),
    elasticIps: uniqueByAddress(live.elasticIps ?? [], conflicts),
    interfaces: uniqueByAddress(live.interfaces ?? [], conflicts),
    loadBalancers: uniqueByAddress(live.loadBalancers ?? [], conflicts),
    scalingGroups: uniqueByAddress(live.scalingGroups ?? [], conflicts),
    volumes: uniqueByAddress(
      owned.filter((volume) => volume.tags[tagKeys.retained] === undefined),
      conflicts,
    ),
  } satisfies Pick<LiveIndex, LiveList>
  return {
    ...unique,
    stack: live,
    keyPairsByName: new Map(live.keyPairs.map((pair) => [pair.keyName, pair])),
    networkNames: new Map([...(live.networks ?? []), ...live.securityGroups].map(({ id, address }) => [id, address])),
    aclBySubnet: aclsBySubnet(live.networks ?? []),
    groupsById: byId(live.securityGroups),
    placementGroupNames: new Map((live.placementGroups ?? []).map(({ groupName, address }) => [groupName, address])),
    superseded: othersOfSuccessions(successions),
    serversById: byId(live.servers),
    publicIps: new Set((live.elasticIps ?? []).map(({ publicIp }) => publicIp)),
    spotRequests: groupByAddress(live.spotRequests ?? []),
    endingServers: new Map((live.endingServers ?? []).map(({ id, address }) => [id, address])),
    resources: resourcesOf(unique),
    volumesById: byId(volumes),
    retained: groupByAddress(owned.filter((volume) => volume.tags[tagKeys.retained] !== undefined)),
    snapshots: groupByAddress(snapshots.filter(({ tags }) => copySourceOf(tags) === undefined)),
    arrived: groupByAddress(snapshots.filter(({ tags }) => copySourceOf(tags) !== undefined)),
    snapshotsById: byId(live.snapshots),
    conflicts,
    ledger: new Set(live.ledger?.addresses),
    unreadable: new Map(live.unreadable.map(({ address, reason }) => [address, reason])),
  }
}

/** The same, where other instances have the addresses that they share with their successors. */
export function withServers(index: LiveIndex, chosen: ReadonlyMap<Address, LiveServer>): LiveIndex {
  const servers = new Map([...index.servers, ...chosen])
  const superseded = new Map(
    [...index.superseded].map(([address, others]): [Address, readonly LiveServer[]] => {
      const all = [...[index.servers.get(address)].filter((first) => first !== undefined), ...others]
      return [address, all.filter((server) => server !== servers.get(address))]
    }),
  )
  return { ...index, servers, superseded, resources: resourcesOf({ ...index, servers }) }
}

function resourcesOf(unique: Pick<LiveIndex, LiveList>): LiveIndex['resources'] {
  return new Map(liveLists.flatMap((list): readonly (readonly [Address, Addressed])[] => [...unique[list]]))
}

function aclsBySubnet(networks: readonly LiveNetwork[]): ReadonlyMap<string, Address> {
  return new Map(
    networks.flatMap((part) =>
      part.part === 'acl' ? part.subnetIds.map((subnetId) => [subnetId, part.address] as const) : [],
    ),
  )
}

type Successions = ReadonlyMap<Address, readonly LiveServer[]>

/** Servers by address, the youngest first; what is not linked so is a conflict. */
function successionsByAddress(servers: readonly LiveServer[], conflicts: Map<Address, readonly string[]>): Successions {
  const successions = new Map<Address, readonly LiveServer[]>()
  for (const [address, group] of groupByAddress(servers)) {
    const succession = group.length > 1 ? successionOf(group) : group
    if (succession) successions.set(address, succession)
    else noteConflict(address, group, conflicts)
  }
  return successions
}

function firstOfSuccessions(successions: Successions): LiveIndex['servers'] {
  return new Map([...successions].flatMap(([address, [first]]) => (first ? [[address, first] as const] : [])))
}

function othersOfSuccessions(successions: Successions): LiveIndex['superseded'] {
  return new Map([...successions].flatMap(([address, [, ...others]]) => (others.length > 0 ? [[address, others]] : [])))
}

function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}

function groupByAddress<T extends Addressed>(items: readonly T[]): ReadonlyMap<Address, readonly T[]> {
  const groups = new Map<Address, T[]>()
  for (const item of sortedByAddress(items, ({ id }) => id)) {
    const group = groups.get(item.address)
    if (group) group.push(item)
    else groups.set(item.address, [item])
  }
  return groups
}

function uniqueByAddress<T extends Addressed>(
  items: readonly T[],
  conflicts: Map<Address, readonly string[]>,
): ReadonlyMap<Address, T> {
  const unique = new Map<Address, T>()
  for (const [address, group] of groupByAddress(items)) {
    const [only] = group
    if (group.length > 1) noteConflict(address, group, conflicts)
    else if (only) unique.set(address, only)
  }
  return unique
}

function noteConflict(address: Address, group: readonly Addressed[], conflicts: Map<Address, readonly string[]>): void {
  conflicts.set(
    address,
    group.map(({ id }) => id),
  )
}
