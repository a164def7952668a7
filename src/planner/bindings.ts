import type { Address } from '../model/address.js'
import { sortedAddresses } from '../model/address-order.js'
import { deviceNamesOf } from '../model/attached-devices.js'
import type { LiveServer } from '../model/live-stack.js'
import { loginUser } from '../model/login-user.js'
import type { Binding } from '../model/plan.js'
import type { Planning } from './planning.js'
import { factsOf } from './decide/servers/server-outlook.js'
import { imageOf } from './decide/servers/server-properties.js'
import { tagKeys } from '../model/tags.js'

/** What exists, by address, addresses in order. `adopted` are volumes that become ours in the plan. */
export function bindingsOf(planning: Planning): Readonly<Record<string, Binding>> {
  const { live } = planning
  const found = new Map<Address, Binding>()
  for (const [address, { id }] of live.keyPairs) found.set(address, { id })
  for (const [address, { id }] of live.securityGroups) found.set(address, { id })
  for (const [address, server] of live.servers) found.set(address, serverBinding(planning, server))
  for (const { address, volumeId } of planning.spec.volumes) {
    const adopted = volumeId === undefined ? undefined : live.volumesById.get(volumeId)
    if (adopted && !planning.blocked.has(address)) found.set(address, { id: adopted.id, zone: adopted.zone })
  }
  for (const [address, { id, zone }] of live.volumes) found.set(address, { id, zone })
  const bindings: Record<string, Binding> = {}
  for (const address of sortedAddresses(found.keys())) {
    const binding = found.get(address)
    if (binding) bindings[address] = binding
  }
  return bindings
}

function serverBinding(planning: Planning, server: LiveServer): Binding {
  const fate = planning.fates.get(server.address)
  const facts = factsOf(planning, server.address)
  const keyPair =
    (server.keyName === undefined ? undefined : planning.live.keyPairsByName.get(server.keyName)?.address) ??
    fate?.spec?.keyPair
  const deviceNames = deviceNamesOf(server.id, planning.live.stack.volumes)
  const hostKey = server.tags[tagKeys.hostKey]
  const image = fate?.spec
    ? imageOf(planning, fate.spec)
    : Object.values(planning.live.stack.images).find(({ id }) => id === server.imageId)
  const user =
    facts.kind === 'read' ? facts.user : (fate?.spec?.user ?? server.tags[tagKeys.user] ?? loginUser(fate?.spec, image))
  return {
    id: server.id,
    ...(server.privateIp === undefined ? {} : { privateIp: server.privateIp }),
    ...(server.publicIp === undefined ? {} : { publicIp: server.publicIp }),
    zone: server.zone,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(Object.keys(deviceNames).length === 0 ? {} : { deviceNames }),
    user,
    ...(keyPair === undefined ? {} : { keyPair }),
  }
}
