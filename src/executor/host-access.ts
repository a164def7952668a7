import { HostError } from '../core/errors.js'
import type { Binding } from '../model/plan.js'
import type { Address } from '../model/address.js'
import type { HostAccess, LocalKeysPort } from './ports.js'

/** Everything that EC2 servers answer on. */
export const sshPort = 22

/**
 * How to reach the server of a binding. Throws a HostError that says what is missing: nothing is ever connected to
 * without knowing its host key beforehand.
 */
export async function hostAccess(address: Address, binding: Binding, keys: LocalKeysPort): Promise<HostAccess> {
  const host = String(address)
  const hostname = binding.publicIp ?? binding.privateIp
  if (hostname === undefined) {
    throw new HostError('HOST_NO_ADDRESS', `${address} (${binding.id}) has no IP address to connect to`, {
      host,
      hint: 'it gets one when it runs; see its state with `evenkeel show`',
    })
  }
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
