import type { ServerOptions } from '../../../model/launch/server-options.js'
import { reportAt, type Context } from '../../context.js'
import type { Path } from '../../problem.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'

type Written = Pick<ServerShape, 'privateIp' | 'secondaryPrivateIps' | 'sourceDestCheck'>

/** What is said of the addresses of one network interface: of a count those of the member with this index. */
export function addressesOf(
  { privateIp, secondaryPrivateIps, sourceDestCheck }: Written,
  index: number | undefined,
): Pick<ServerOptions, 'privateIp' | 'secondaryPrivateIps' | 'sourceDestCheck'> {
  const address = typeof privateIp === 'string' ? privateIp : privateIp?.[index ?? 0]
  const others = secondaryPrivateIps?.flatMap((one) => one ?? []).sort()
  return {
    ...(address !== undefined && { privateIp: address }),
    ...(others && { secondaryPrivateIps: others }),
    ...(sourceDestCheck !== undefined && { sourceDestCheck }),
  }
}

/** Reports addresses that cannot be those of an interface, or of each member of a count. `counted`: what the server says of its count. */
export function checkAddresses(
  context: Context,
  path: Path,
  written: Written,
  counted: { readonly count: number | undefined } | undefined,
): void {
  const { privateIp, secondaryPrivateIps } = written
  const conflict = (key: string, message: string, hint: string) =>
    reportAt(context, [...path, key], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  const isList = Array.isArray(privateIp)
  if (privateIp !== undefined && isList !== (counted !== undefined)) {
    const message = isList
      ? '`privateIp` is a list where there is a `count`, and there is none'
      : "`privateIp` is one address, and an address is one server's: beside `count` it is a list, one for each"
    conflict(
      'privateIp',
      message,
      isList ? 'write one address' : 'write [10.0.0.10, 10.0.0.11], in the order of the members',
    )
  }
  if (isList && counted?.count !== undefined && privateIp.length !== counted.count) {
    const message = `\`privateIp\` has ${privateIp.length} addresses for ${counted.count} servers`
    conflict('privateIp', message, 'write one for each, in their order')
  }
  if (secondaryPrivateIps !== undefined && counted) {
    const message = "`secondaryPrivateIps` cannot stand beside `count`: an address is one server's"
    conflict('secondaryPrivateIps', message, 'write an entry for each server')
  }
  const all = [isList ? privateIp : [privateIp], secondaryPrivateIps ?? []].flat()
  const twice = all.find((address, index) => address !== undefined && all.indexOf(address) !== index)
  if (twice === undefined) return
  const key = secondaryPrivateIps?.includes(twice) === true ? 'secondaryPrivateIps' : 'privateIp'
  conflict(key, `${twice} stands there twice`, 'write each address once')
}
