import { elasticIpOf, serverOfElasticIp } from '../kinds/elastic-ip.js'
import { interfaceOf, nameOfInterface, serverOfInterface } from '../kinds/network-interface.js'
import { addressOf, parseAddress, type Address } from '../address.js'
import { specsIn, type StackSpec } from '../stack-spec.js'

/** How addresses are called now, by what the file says of them. */
export type Renaming = (address: Address) => Address

/**
 * Follows `moved`, and then a `count` that was added or dropped: `server.web` is `server.web[0]` where the file has that one, and the
 * other way round. What it does not say anything of keeps its address. An elastic address goes with its server, and so does an interface.
 */
export function renamingOf(spec: StackSpec): Renaming {
  const moves = new Map((spec.moves ?? []).map(({ from, to }) => [from, to]))
  const named = new Set(specsIn(spec).map(({ address }) => address))
  const known = new Map<Address, Address>()
  return (address) => {
    const found = known.get(address) ?? renamed(address)
    known.set(address, found)
    return found
  }

  function renamed(address: Address): Address {
    // A network and its parts keep their names.
    if (parseAddress(address)?.kind === 'network') return address
    if (parseAddress(address)?.kind === 'elasticIp') return elasticIpOf(renamed(serverOfElasticIp(address)))
    if (parseAddress(address)?.kind === 'interface')
      return interfaceOf(renamed(serverOfInterface(address)), nameOfInterface(address))
    let current = address
    // A circle is a mistake in the file; whatever it says, this ends.
    for (const _ of moves) current = moves.get(current) ?? memberMoved(current) ?? current
    return counted(current)
  }

  /** With a whole entry go its members. */
  function memberMoved(address: Address): Address | undefined {
    const { kind, name, index } = parseAddress(address) ?? {}
    if (kind === undefined || name === undefined || index === undefined) return undefined
    const to = moves.get(addressOf(kind, name))
    const { name: newName, index: newIndex } = (to && parseAddress(to)) ?? {}
    return newName === undefined || newIndex !== undefined ? undefined : addressOf(kind, newName, index)
  }

  function counted(address: Address): Address {
    const { kind, name, index = 0 } = parseAddress(address) ?? {}
    if (kind === undefined || name === undefined || index > 0 || named.has(address)) return address
    const other = address.endsWith(']') ? addressOf(kind, name) : addressOf(kind, name, 0)
    return named.has(other) ? other : address
  }
}
