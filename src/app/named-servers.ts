import { UsageError } from '../core/errors.js'
import type { Address } from '../model/address.js'
import type { StackSpec } from '../model/stack-spec.js'

/** `server.web`, `web` or `web[0]` -> addresses; a name with `count` and no index means all of them. */
export function serversNamed(name: string, spec: StackSpec): readonly Address[] {
  const full = name.startsWith('server.') ? name : `server.${name}`
  const addresses = spec.servers.map(({ address }) => address)
  const found = addresses.filter((address) => address === full || address.startsWith(`${full}[`))
  if (found.length > 0) return found
  throw new UsageError('SERVER_UNKNOWN', `the stack ${spec.stack} has no server ${full}`, {
    hint: addresses.length > 0 ? `it has ${addresses.join(', ')}` : 'it has no servers at all',
  })
}

/** The one server that `name` stands for; `as` is how it was written. */
export function serverNamed(name: string, spec: StackSpec, as: string = name): Address {
  const [address, ...others] = serversNamed(name, spec)
  if (address !== undefined && others.length === 0) return address
  throw new UsageError('SERVER_UNKNOWN', `${as} means several servers`, {
    hint: `name one: ${[address, ...others].join(', ')}`,
  })
}
