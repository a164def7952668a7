import { canonicalCidr, cidrMistake, isInBlock } from '../../../core/cidr-block.js'
import { partNames } from '../../../model/kinds/network.js'
import { reportAt, type Context } from '../../context.js'
import type { Path } from '../../problem.js'
import type { NetworkShape, NetworkSubnetShape } from '../../shape/stack-shape.generated.js'
import { checkZone } from '../check-zone.js'
import { checkAcl } from './acl-entries.js'
import { natSubnets } from './nat-subnets.js'
import { checkEndpoints } from './check-endpoints.js'

/** VPC User Guide, "VPC CIDR blocks" and "Subnet CIDR blocks". */
const prefixes = { shortest: 16, longest: 28 }

/** The same: no VPC has them. */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3']

/** Reports address blocks that EC2 refuses, and ways that lead nowhere. */
export function checkNetworks(context: Context): void {
  for (const [name, network] of context.networks) {
    if (!network) continue
    const path = ['networks', name]
    const cidr = readBlock(context, [...path, 'cidr'], network.cidr)
    if (cidr !== undefined && unusable.some((block) => isInBlock(cidr, block))) {
      const hint = 'take one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16'
      reportAt(context, [...path, 'cidr'])({ code: 'SPEC_BAD_NETWORK', message: `no network can be ${cidr}`, hint })
    }
    checkSubnets(context, path, network, cidr)
    checkNat(context, path, network)
    checkAcl(context, [...path, 'acl'], network.acl)
    checkEndpoints(context, path, network)
    if (network.dnsSupport === false && network.dnsHostnames === true) {
      const message = '`dnsHostnames` needs `dnsSupport`: names are told by the name service'
      reportAt(context, [...path, 'dnsHostnames'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message })
    }
  }
}

function checkSubnets(context: Context, path: Path, { subnets, nat }: NetworkShape, whole: string | undefined): void {
  const seen: { readonly name: string; readonly cidr: string }[] = []
  const nats = natSubnets({ nat, subnets })
  for (const [name, subnet] of Object.entries(subnets ?? {})) {
    const own = [...path, 'subnets', name]
    if (partNames.includes(name)) {
      const message = `no subnet can be called \`${name}\`: that is another part of the network`
      reportAt(context, own, 'key')({ code: 'SPEC_BAD_NAME', message })
    }
    if (!subnet) continue
    checkZone(context, [...own, 'zone'], subnet.zone)
    checkRoutes(context, own, subnet, whole, subnet.public === true || nats.has(name))
    checkAcl(context, [...own, 'acl'], subnet.acl)
    if (subnet.nat === true && subnet.public === true) {
      const message = 'a public subnet goes out by the internet gateway, not by NAT'
      reportAt(context, [...own, 'nat'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message })
    }
    const cidr = readBlock(context, [...own, 'cidr'], subnet.cidr)
    if (cidr === undefined) continue
    const report = (message: string, hint?: string) =>
      reportAt(context, [...own, 'cidr'])({ code: 'SPEC_BAD_NETWORK', message, hint })
    if (whole !== undefined && !isInBlock(cidr, whole)) report(`${cidr} is not within the network's ${whole}`)
    const other = seen.find((one) => isInBlock(one.cidr, cidr) || isInBlock(cidr, one.cidr))
    if (other) report(`${cidr} has addresses of the subnet \`${other.name}\`, which is ${other.cidr}`)
    seen.push({ name, cidr })
  }
}

function checkRoutes(
  context: Context,
  path: Path,
  subnet: NetworkSubnetShape,
  whole: string | undefined,
  isOut: boolean,
): void {
  const seen = new Set<string>()
  for (const [index, route] of (subnet.routes ?? []).entries()) {
    if (route?.to === undefined) continue
    const own = [...path, 'routes', index, 'to']
    const report = (message: string) => reportAt(context, own)({ code: 'SPEC_BAD_NETWORK', message })
    const cidr = canonicalCidr(route.to)
    const mistake = cidr === route.to ? undefined : boundaryMistake(route.to, cidr)
    if (mistake) report(mistake)
    else if (whole !== undefined && isInBlock(route.to, whole)) {
      report(`${route.to} is within the network, where everything reaches one another`)
    } else if (seen.has(route.to) || (route.to === '0.0.0.0/0' && isOut)) {
      report(`a route to ${route.to} stands here already`)
    }
    seen.add(route.to)
  }
}

/** A gateway that would stand nowhere, and a subnet that would go out by none. */
function checkNat(context: Context, path: Path, network: NetworkShape): void {
  const found = natSubnets(network)
  const report = (own: Path, message: string, hint: string) =>
    reportAt(context, own)({ code: 'SPEC_BAD_NETWORK', message, hint })
  for (const [name, subnet] of Object.entries(network.subnets ?? {})) {
    if (!subnet || subnet.public === true || subnet.nat === false || found.has(name)) continue
    const own = [...path, 'subnets', name]
    if (network.nat !== undefined) {
      const where = network.nat === 'zonal' ? ` in ${subnet.zone}` : ''
      report(
        own,
        `there is no public subnet${where} for the NAT gateway of \`${name}\``,
        'a NAT gateway stands in a public subnet: add one, or write `nat: false` here',
      )
    } else if (subnet.nat === true) {
      report([...own, 'nat'], 'the network has no NAT gateway', 'write `nat: single` or `nat: zonal` in the network')
    }
  }
  if (network.nat === undefined || found.size > 0) return
  if (Object.values(network.subnets ?? {}).some((subnet) => subnet?.public !== true && subnet?.nat !== false)) return
  report([...path, 'nat'], 'no subnet goes out by a NAT gateway', 'leave `nat` out: a gateway costs by the hour')
}

/** The block, or undefined where EC2 would take it for none of a network or a subnet, which is reported. */
function readBlock(context: Context, path: Path, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const report = (message: string, hint?: string) =>
    reportAt(context, path)({ code: 'SPEC_BAD_NETWORK', message, hint })
  const cidr = canonicalCidr(text)
  if (cidr !== text) {
    report(boundaryMistake(text, cidr), cidr === undefined ? cidrMistake(text).hint : `write ${cidr}`)
    return undefined
  }
  const length = Number(cidr.slice(cidr.indexOf('/') + 1))
  if (length >= prefixes.shortest && length <= prefixes.longest) return cidr
  report(`a network or a subnet is /${prefixes.shortest} to /${prefixes.longest}, not /${length}`)
  return undefined
}

/** EC2 would take `10.0.1.0/16` for `10.0.0.0/16` without a word. */
function boundaryMistake(text: string, cidr: string | undefined): string {
  return cidr === undefined ? cidrMistake(text).message : `${text} does not begin where its block begins`
}
