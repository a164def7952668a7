import { required } from '../../../core/assert.js'
import type { Address } from '../../../model/address.js'
import type { Association } from '../../ports.js'
import type { StepContext } from '../step-context.js'

/** Notes a server's public address, and gives up a connection to it at another one. */
export function addressChanged(
  server: Address,
  { publicIp, publicDns }: Pick<Association, 'publicIp' | 'publicDns'>,
  { bindings, ports }: StepContext,
): void {
  const { publicIp: before, publicDns: _name, ...others } = required(bindings.get(server), `the binding of ${server}`)
  if (publicIp === before) return
  ports.hosts.disconnect(others.id)
  bindings.bind(server, {
    ...others,
    ...(publicIp !== undefined && { publicIp }),
    ...(publicDns !== undefined && { publicDns }),
  })
}
