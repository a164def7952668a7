import type { NetworkShape } from '../../shape/stack-shape.generated.js'

/**
 * By private subnet that goes out by a NAT gateway, the public subnet in which that stands: the first of its zone, or of
 * all where there is one for the whole network. What finds none is not in it.
 */
export function natSubnets({ nat, subnets }: NetworkShape): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const entries = Object.entries(subnets ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1))
  const open = entries.filter(([, subnet]) => subnet?.public === true)
  for (const [name, subnet] of entries) {
    if (nat === undefined || subnet === undefined || subnet.public === true || subnet.nat === false) continue
    const stand = nat === 'single' ? open[0] : open.find(([, one]) => one?.zone === subnet.zone)
    if (stand) found.set(name, stand[0])
  }
  return found
}
