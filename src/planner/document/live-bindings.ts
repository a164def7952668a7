import type { Address } from '../../model/address.js'
import { sortedAddresses } from '../../model/address-order.js'
import { deviceNamesOf, volumesByInstance } from '../../model/inside/attached-devices.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import { loginKeys } from '../../model/inside/login-keys.js'
import { loginUser } from '../../model/inside/login-user.js'
import type { Binding } from '../../model/plan.js'
import { hostKeyOf, tagKeys } from '../../model/tags.js'
import { viaOf } from '../../model/inside/way-in.js'
import type { Decisions } from '../decide/decisions.js'
import { factsOf } from '../decide/servers/server-outlook.js'
import { imageOf } from '../decide/servers/server-properties.js'
import type { World } from '../world.js'

/** What exists, by address, addresses in order; volumes that become ours in the plan are among them. */
export function liveBindings(
  world: World,
  decisions: Pick<Decisions, 'servers' | 'volumes' | 'loadBalancers'>,
): Readonly<Record<string, Binding>> {
  const { live } = world
  const found = new Map<Address, Binding>()
  for (const [address, { id }] of live.resources) found.set(address, { id })
  for (const [address, { id, publicIp }] of live.elasticIps) found.set(address, { id, publicIp })
  for (const [address, { id, privateIp }] of live.interfaces) found.set(address, { id, privateIp })
  for (const decision of decisions.loadBalancers.values()) {
    if (!('live' in decision)) continue
    const { id, balancers, targetGroups } = decision.live
    const balancer = balancers.find((one) => one.id === id)
    const group = targetGroups.find(({ name }) => name === decision.wish.groupName)
    found.set(decision.address, {
      id,
      ...(balancer && { dnsName: balancer.dnsName }),
      ...(group && { targetGroupId: group.id }),
    })
  }
  const attached = volumesByInstance(live.stack.volumes)
  for (const [address, server] of live.servers) {
    found.set(address, serverBinding(world, decisions, server, attached.get(server.id) ?? []))
  }
  for (const [address, { id, zone }] of live.volumes) found.set(address, { id, zone })
  for (const decision of decisions.volumes.values()) {
    if (decision.kind !== 'adopt') continue
    const { id, zone } = decision.live
    found.set(decision.address, { id, zone })
  }
  const bindings: Record<string, Binding> = {}
  for (const address of sortedAddresses(found.keys())) {
    const binding = found.get(address)
    if (binding) bindings[address] = binding
  }
  for (const server of endingBeside(decisions)) {
    bindings[server.id] = serverBinding(world, decisions, server, attached.get(server.id) ?? [])
  }
  return bindings
}

/** Instances that are entered under their own id: by the time another one has their address. */
function endingBeside({ servers }: Pick<Decisions, 'servers'>): readonly LiveServer[] {
  return [...servers.values()].flatMap((decision) => {
    if (!('ends' in decision)) return []
    return (decision.kind === 'remove' ? decision.ends.slice(1) : decision.ends).map(({ live }) => live)
  })
}

function serverBinding(
  world: World,
  { servers }: Pick<Decisions, 'servers'>,
  server: LiveServer,
  attached: readonly LiveVolume[],
): Binding {
  const { live } = world
  const decision = servers.get(server.address)
  const spec = decision && 'outlook' in decision ? decision.outlook.spec : undefined
  const facts = factsOf(world, server)
  const ownKey = (address: Address) => live.stack.publicKeys[address]
  const { keyPair, formerKeys } = loginKeys(server, spec?.keyPair, world.pairsOf(server), ownKey)
  const deviceNames = deviceNamesOf(server.id, attached)
  const hostKey = hostKeyOf(server.tags)
  const image = spec ? imageOf(world, spec) : Object.values(live.stack.images).find(({ id }) => id === server.imageId)
  const user = facts.kind === 'read' ? facts.user : (spec?.user ?? server.tags[tagKeys.user] ?? loginUser(spec, image))
  const via = viaOf(server, spec, live.stack.renamed)
  return {
    id: server.id,
    ...(server.privateIp === undefined ? {} : { privateIp: server.privateIp }),
    ...(server.publicIp === undefined ? {} : { publicIp: server.publicIp }),
    ...(server.privateDns === undefined ? {} : { privateDns: server.privateDns }),
    ...(server.publicDns === undefined ? {} : { publicDns: server.publicDns }),
    zone: server.zone,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(Object.keys(deviceNames).length === 0 ? {} : { deviceNames }),
    user,
    ...(keyPair === undefined ? {} : { keyPair }),
    ...(via === undefined ? {} : { via }),
    ...(formerKeys.length === 0 ? {} : { formerKeys }),
  }
}
