import type { Address } from '../../../model/address.js'
import type { LiveIndex } from '../../live-index.js'
import type { World } from '../../world.js'

/** Who has a private address by now, of what the stack has. */
export interface AddressHolder {
  readonly address: Address
  readonly kind: 'server' | 'interface'
  /** The server's instance; of an interface the one that it is on. */
  readonly instanceId: string | undefined
  /** Undefined: not known. */
  readonly subnetId: string | undefined
}

const known = new WeakMap<LiveIndex, ReadonlyMap<string, readonly AddressHolder[]>>()

/** By address; the same in several networks has several holders. */
function addressHolders({ live }: World): ReadonlyMap<string, readonly AddressHolder[]> {
  const earlier = known.get(live)
  if (earlier) return earlier
  const holders = new Map<string, AddressHolder[]>()
  const note = (ip: string | undefined, holder: AddressHolder) => {
    if (ip !== undefined && ip !== '') holders.set(ip, [...(holders.get(ip) ?? []), holder])
  }
  for (const { address, id, privateIp, subnetId, options } of live.serversById.values()) {
    const holder = { address, kind: 'server', instanceId: id, subnetId } as const
    for (const ip of [privateIp, ...(options?.secondaryPrivateIps ?? [])]) note(ip, holder)
  }
  for (const { address, instanceId, privateIp, subnetId, secondaryPrivateIps } of live.interfaces.values()) {
    const holder = { address, kind: 'interface', instanceId, subnetId } as const
    for (const ip of [privateIp, ...secondaryPrivateIps]) note(ip, holder)
  }
  known.set(live, holders)
  return holders
}

/** Who has any of these addresses, which something in this subnet is to get; of an unknown subnet whoever has them. */
export function holdersOf(
  world: World,
  subnetId: string | undefined,
  wanted: readonly (string | undefined)[],
): readonly AddressHolder[] {
  const asked = wanted.filter((ip) => ip !== undefined)
  if (asked.length === 0) return []
  const holders = addressHolders(world)
  return asked.flatMap((ip) =>
    (holders.get(ip) ?? []).filter(
      (holder) => subnetId === undefined || holder.subnetId === undefined || holder.subnetId === subnetId,
    ),
  )
}

/** Whether the file gives any of these addresses to something else than this one. */
export function isWantedElsewhere({ spec }: World, own: Address, addresses: readonly string[]): boolean {
  const having = new Set(addresses)
  const wants = (address: Address, ips: readonly (string | undefined)[]) =>
    address !== own && ips.some((ip) => ip !== undefined && having.has(ip))
  return (
    spec.servers.some(({ address, options = {} }) =>
      wants(address, [options.privateIp, ...(options.secondaryPrivateIps ?? [])]),
    ) ||
    (spec.interfaces ?? []).some(({ address, privateIp, secondaryPrivateIps }) =>
      wants(address, [privateIp, ...secondaryPrivateIps]),
    )
  )
}

/** Whether a server gives up its first address, or ends: by the file another takes its place, or none. */
export function givesUpAddress({ spec, servers, live }: World, server: Address, ip: string): boolean {
  const options = servers.get(server)?.options
  if (spec.servers.every(({ address }) => address !== server)) return true
  if (live.servers.get(server)?.privateIp !== ip) return true
  return options?.privateIp !== undefined && options.privateIp !== ip
}
