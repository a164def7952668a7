import type { BalancerAddress, HostBackend, PublicAddress } from '../hosts/host-backend.js'
import { elasticIpOf, ownAssociationOf, publicIpOf, publicNameOf } from '../render/addresses.js'
import { isReachable, natGatewayOf } from '../world/vpc.js'
import type { World } from '../world/world.js'
import { bordersOf } from './borders.js'
import { egressRules, firewallRules, hostAddresses } from './firewall.js'
import { privateDnsName } from './host-description.js'
import { balancerAddresses, balancerListeners, balancerNames } from './load-balancing/proxies.js'

/** Applies the public addresses and rules of all regions to the hosts; calls that come while one runs share the next. */
export class HostNetworkRefresh {
  readonly #hosts: HostBackend
  readonly #worlds: () => readonly World[]
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(hosts: HostBackend, worlds: () => readonly World[]) {
    this.#hosts = hosts
    this.#worlds = worlds
  }

  /** Resolves when addresses and rules that were computed after this call are in force. */
  refresh(): Promise<void> {
    if (this.#hosts.kind === 'none') return Promise.resolve()
    if (!this.#running) {
      this.#running = this.#apply()
      return this.#running
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        this.#running = this.#apply()
        return this.#running
      })
    return this.#next
  }

  /** Resolves when the targets of load balancers that were computed after this call are in force. */
  balance(): Promise<void> {
    return this.#hosts.setBalancers(balancerListeners(this.#worlds()))
  }

  #apply(): Promise<void> {
    const worlds = this.#worlds()
    const balancers = balancerAddresses(worlds)
    const run = this.#hosts
      .setNetwork({
        publicAddresses: [...publicAddresses(worlds), ...publicOf(balancers)],
        names: { ...hostNames(worlds), ...balancerNames(worlds) },
        balancers,
        rules: firewallRules(worlds),
        egress: egressRules(worlds),
        networks: networksOf(worlds),
        wayOut: waysOut(worlds),
        borders: bordersOf(worlds),
        metadataHops: metadataHops(worlds),
      })
      .then(() => this.balance())
      .finally(() => {
        if (this.#running === run) this.#running = undefined
      })
    return run
  }
}

function publicOf(balancers: readonly BalancerAddress[]): readonly PublicAddress[] {
  return balancers.flatMap(({ privateIp, publicIp }) => (publicIp === undefined ? [] : [{ publicIp, privateIp }]))
}

/** The private addresses of each VPC that has instances. */
function networksOf(worlds: readonly World[]): readonly (readonly string[])[] {
  const networks = new Map<string, string[]>()
  for (const { vpcId, privateIp } of worlds.flatMap(hostAddresses)) {
    networks.set(vpcId, [...(networks.get(vpcId) ?? []), privateIp])
  }
  return [...networks.values()]
}

/** Hosts without a public address that have a NAT gateway, by whose address they go out. */
function waysOut(worlds: readonly World[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    worlds.flatMap((world) => {
      if (world.natGateways.size === 0) return []
      return world.instances.values().flatMap((instance) => {
        if (instance.state === 'terminated') return []
        if (isReachable(world, instance) && publicIpOf(world, instance) !== undefined) return []
        const nat = natGatewayOf(world, instance)
        const address = nat && world.addresses.get(nat.allocationId)
        return address ? [[instance.privateIp, elasticIpOf(world, address)] as const] : []
      })
    }),
  )
}

function metadataHops(worlds: readonly World[]): Readonly<Record<string, number>> {
  const instances = worlds.flatMap((world) => world.instances.values()).filter(({ state }) => state !== 'terminated')
  return Object.fromEntries(
    instances.map(({ privateIp, metadataOptions }) => [privateIp, metadataOptions.httpPutResponseHopLimit]),
  )
}

/** A stopped instance keeps its Elastic IP, which then leads nowhere, as one in a private subnet does. */
function publicAddresses(worlds: readonly World[]): PublicAddress[] {
  return worlds.flatMap((world) => [
    ...world.instances.values().flatMap((instance) => {
      const publicIp = isReachable(world, instance) ? publicIpOf(world, instance) : undefined
      return publicIp === undefined ? [] : [{ publicIp, privateIp: instance.privateIp }]
    }),
    ...world.networkInterfaces.values().flatMap((one) => {
      const { publicIp } = (one.attachment && isReachable(world, one) && ownAssociationOf(world, one)) || {}
      const hostIp = one.attachment && world.instances.get(one.attachment.instanceId)?.privateIp
      return publicIp === undefined || hostIp === undefined ? [] : [{ publicIp, privateIp: one.privateIp, hostIp }]
    }),
  ])
}

/** Private DNS names of all instances that are not gone; public ones too, which inside a VPC lead to private addresses. */
function hostNames(worlds: readonly World[]): Readonly<Record<string, string>> {
  const named = worlds.flatMap((world) =>
    world.instances
      .values()
      .filter(({ state }) => state !== 'terminated')
      .map((instance) => ({
        region: world.region.name,
        privateIp: instance.privateIp,
        publicName: publicNameOf(world, instance),
      })),
  )
  return Object.fromEntries([
    ...named.map(({ region, privateIp }) => [privateDnsName(region, privateIp), privateIp]),
    ...named.map(({ privateIp, publicName }) => [publicName, privateIp]).filter(([name]) => name !== ''),
  ])
}
