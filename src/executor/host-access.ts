import { HostError } from '../core/errors.js'
import type { Binding } from '../model/plan.js'
import type { Address } from '../model/address.js'
import type { HostAccess, Ports } from './ports.js'

/** Everything that EC2 servers answer on. */
export const sshPort = 22

interface Addressed {
  readonly id: string
  readonly publicIp?: string | undefined
  readonly privateIp?: string | undefined
}

/**
 * Where this machine reaches a server: its public address, else the private one, unless this machine is outside of the
 * servers' networks (`isOutside`): that address may be somebody else's here. Throws a HostError where there is none.
 */
export function hostnameOf(address: Address, { id, publicIp, privateIp }: Addressed, isOutside = false): string {
  const hostname = publicIp ?? (isOutside ? undefined : privateIp)
  if (hostname !== undefined) return hostname
  const inside = privateIp === undefined ? '' : ` from here: ${privateIp} is reached within its network alone`
  throw new HostError('HOST_NO_ADDRESS', `${address} (${id}) has no IP address to connect to${inside}`, {
    host: address,
    hint:
      privateIp === undefined
        ? 'it gets one when it runs; see its state with `evenkeel show`'
        : 'write `via: server.NAME` of one that can be reached, or `elasticIp: true` for it, or name a `subnet` that gives public addresses and has a way to the internet',
  })
}

/**
 * How to reach the server of a binding; `bindingOf` tells that of the one through which it is entered. Throws a HostError that
 * says what is missing: nothing is ever connected to without knowing its host key beforehand.
 */
export async function hostAccess(
  address: Address,
  binding: Binding,
  ports: Pick<Ports, 'keys' | 'isOutside' | 'passes'>,
  bindingOf: (address: Address) => Binding | undefined,
  behind: readonly Address[] = [],
): Promise<HostAccess> {
  const { keys, isOutside } = ports
  const host = String(address)
  const via = binding.via && (await wayThrough(address, binding.via, ports, bindingOf, behind))
  const hostname = via ? (binding.privateIp ?? hostnameOf(address, binding)) : hostnameOf(address, binding, isOutside)
  if (binding.hostKey === undefined) {
    throw new HostError('HOST_KEY_UNKNOWN', `the host key of ${address} (${binding.id}) was never pinned`, {
      host,
      hint: 'run `evenkeel apply`: it reads the key from the console output and pins it in a tag; where the console shows none any more, say it: `evenkeel trust SERVER --fingerprint SHA256:…`',
    })
  }
  const { own, former, inAgent } = await keys.privateKeyPaths(binding.keyPair, binding.formerKeys ?? [])
  const user = binding.user ?? 'ec2-user'
  const isKeyHere = own !== undefined || former.length > 0 || inAgent.length > 0
  const pass = isKeyHere ? undefined : await ports.passes?.passFor({ address, instanceId: binding.id, user })
  return {
    address,
    instanceId: binding.id,
    hostname,
    ...(binding.privateIp !== undefined && { privateIp: binding.privateIp }),
    port: sshPort,
    user,
    hostKey: binding.hostKey,
    ...(via && { via }),
    ...(binding.deviceNames && { deviceNames: binding.deviceNames }),
    privateKeyPath: own,
    ...((former.length > 0 || binding.formerKeys !== undefined) && { otherKeyPaths: former }),
    ...(inAgent.length > 0 && { agentKeys: inAgent }),
    ...(pass && { pass }),
  }
}

/** The way into the server through which another is entered. `behind`: those that are entered through that other. */
async function wayThrough(
  address: Address,
  via: Address,
  ports: Pick<Ports, 'keys' | 'isOutside' | 'passes'>,
  bindingOf: (address: Address) => Binding | undefined,
  behind: readonly Address[],
): Promise<HostAccess> {
  const binding = bindingOf(via)
  const inside = [...behind, address]
  if (binding && !inside.includes(via)) return hostAccess(via, binding, ports, bindingOf, inside)
  throw new HostError(
    'HOST_NO_ADDRESS',
    binding
      ? `${address} is entered through ${via}, which is entered through it`
      : `${address} is entered through ${via}, which does not exist`,
    { host: address, hint: binding ? 'see `via` in the stack file' : '`evenkeel apply` makes it' },
  )
}
