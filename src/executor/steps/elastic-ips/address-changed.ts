import { required } from '../../../core/assert.js'
import type { Address } from '../../../model/address.js'
import type { StepContext } from '../step-context.js'

/** Notes a server's public address, and gives up a connection to it at another one. */
export function addressChanged(server: Address, publicIp: string | undefined, { bindings, ports }: StepContext): void {
  const { publicIp: before, ...others } = required(bindings.get(server), `the binding of ${server}`)
  if (publicIp === before) return
  ports.hosts.disconnect(others.id)
  bindings.bind(server, { ...others, ...(publicIp !== undefined && { publicIp }) })
}
