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
        : 'write `elasticIp: true` for it, or name a `subnet` that gives public addresses and has a way to the internet',
  })
}

/**
 * How to reach the server of a binding. Throws a HostError that says what is missing: nothing is ever connected to
 * without knowing its host key beforehand.
 */
export async function hostAccess(
  address: Address,
  binding: Binding,
  { keys, isOutside }: Pick<Ports, 'keys' | 'isOutside'>,
): Promise<HostAccess> {
  const host = String(address)
  const hostname = hostnameOf(address, binding, isOutside)
  if (binding.hostKey === undefined) {
    throw new HostError('HOST_KEY_UNKNOWN', `the host key of ${address} (${binding.id}) was never pinned`, {
      host,
      hint: 'run `evenkeel apply`: it reads the key from the console output and pins it in a tag; where the console shows none any more, say it: `evenkeel trust SERVER --fingerprint SHA256:…`',
    })
  }
  const { own, former } = await keys.privateKeyPaths(binding.keyPair, binding.formerKeys ?? [])
  return {
    address,
    instanceId: binding.id,
    hostname,
    ...(binding.privateIp !== undefined && { privateIp: binding.privateIp }),
    port: sshPort,
    user: binding.user ?? 'ec2-user',
    hostKey: binding.hostKey,
    ...(binding.deviceNames && { deviceNames: binding.deviceNames }),
    privateKeyPath: own,
    ...((former.length > 0 || binding.formerKeys !== undefined) && { otherKeyPaths: former }),
  }
}
