import { canonicalCidr, isInBlock } from '../../../core/cidr-block.js'
import { reportAt, type Context } from '../../context.js'
import type { Path } from '../../problem.js'
import type { ServerShape, SubnetShape } from '../../shape/stack-shape.generated.js'
import { isNetworkSubnet } from '../network/subnet-names.js'

/** A private address that the file gives to something, and where that is said. */
interface Written {
  readonly address: string
  readonly path: Path
  readonly owner: string
}

/** Reports private addresses that two are to have in one subnet, and those that their subnet, where it is the file's, does not have. */
export function checkAddressPlaces(context: Context): void {
  const bySubnet = new Map<string, Map<string, Written>>()
  for (const [server, entry] of context.servers) {
    if (!entry) continue
    const path = ['servers', server]
    checkPlaces(context, entry.subnet, writtenAddresses(entry, path, `server.${server}`), bySubnet)
    for (const [name, one] of Object.entries(entry.interfaces ?? {})) {
      const own = [...path, 'interfaces', name]
      if (one) checkPlaces(context, one.subnet, writtenAddresses(one, own, `interface.${server}.${name}`), bySubnet)
    }
  }
}

function checkPlaces(
  context: Context,
  subnet: SubnetShape | undefined,
  written: readonly Written[],
  bySubnet: Map<string, Map<string, Written>>,
): void {
  const key = JSON.stringify(subnet ?? null)
  const seen = bySubnet.get(key) ?? new Map<string, Written>()
  bySubnet.set(key, seen)
  const name = subnet !== undefined && isNetworkSubnet(subnet) ? subnet : undefined
  const cidr = name === undefined ? undefined : blockOf(context, name)
  for (const one of written) {
    const { address, path, owner } = one
    const report = (message: string, hint: string) =>
      reportAt(context, path)({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
    const other = seen.get(address)
    // What one entry says twice is told there.
    if (other && other.owner !== owner) {
      report(
        `${other.owner} has ${address} already, in the same subnet`,
        'an address is one interface’s: write another',
      )
    }
    seen.set(address, other ?? one)
    if (cidr === undefined) continue
    if (!isInBlock(`${address}/32`, cidr)) {
      report(`${address} is no address of ${name}, which is ${cidr}`, `write one of ${cidr}`)
    } else if (isReserved(address, cidr)) {
      report(`${address} is EC2's own in ${cidr}`, 'the first four addresses of a subnet and the last are nobody’s')
    }
  }
}

function writtenAddresses(
  { privateIp, secondaryPrivateIps = [] }: Pick<ServerShape, 'privateIp' | 'secondaryPrivateIps'>,
  path: Path,
  owner: string,
): readonly Written[] {
  const first = typeof privateIp === 'string' ? [[privateIp, []] as const] : listed(privateIp ?? [])
  return [
    ...first.map(([address, at]) => ({ address, owner, path: [...path, 'privateIp', ...at] })),
    ...listed(secondaryPrivateIps).map(([address, at]) => ({
      address,
      owner,
      path: [...path, 'secondaryPrivateIps', ...at],
    })),
  ]
}

function listed(addresses: readonly (string | undefined)[]): readonly (readonly [string, Path])[] {
  return addresses.flatMap((address, index) => (address === undefined ? [] : [[address, [index]] as const]))
}

/** The block of a subnet of the file; undefined where that is not said, or wrong, which is told there. */
function blockOf({ networks }: Context, subnet: string): string | undefined {
  const [, network = '', name = ''] = subnet.split('.')
  const cidr = networks.get(network)?.subnets?.[name]?.cidr
  return cidr === undefined ? undefined : canonicalCidr(cidr)
}

/** VPC User Guide, "Subnet sizing": network, router, name server, future use, and broadcast. */
function isReserved(address: string, cidr: string): boolean {
  const [network = '', length = ''] = cidr.split('/')
  const [from, own, size] = [numberOf(network), numberOf(address), 2 ** (32 - Number(length))]
  return own - from < 4 || own - from === size - 1
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
