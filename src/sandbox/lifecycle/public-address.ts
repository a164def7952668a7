import type { Address } from '../model/address.js'
import type { Instance } from '../model/instance.js'
import { newId } from '../model/ids.js'
import type { NetworkInterface } from '../model/networks/network-interface.js'
import { hasSeveralInterfaces } from '../world/instance-interfaces.js'
import { freePublicNumber } from '../world/public-numbers.js'
import type { World } from '../world/world.js'
import { metadataOf } from './host-description.js'

/*
 * An Elastic IP takes the place of the public address that an instance got by itself, which is given up. When it goes,
 * the instance gets another one by itself. Source: EC2 User Guide, "Elastic IP addresses"; there that takes up to some
 * minutes, here no time.
 */

/** Moves an Elastic IP to an instance, from wherever it was; another one that the instance had is free again. */
export function associate(world: World, address: Address, instance: Instance): Address {
  for (const evicted of world.addresses.withKey(instance.id)) unlink(world, evicted)
  disassociate(world, address)
  const { networkInterfaceId: _left, ...free } = address
  return world.addresses.put({ ...free, instanceId: instance.id, associationId: newId('eipassoc') })
}

/** The same for an interface that somebody made: the address stays with it, whatever it is attached to. */
export function associateInterface(world: World, address: Address, { id }: NetworkInterface): Address {
  for (const evicted of world.addresses.withKey(id)) unlink(world, evicted)
  disassociate(world, address)
  return world.addresses.put({
    ...address,
    instanceId: undefined,
    networkInterfaceId: id,
    associationId: newId('eipassoc'),
  })
}

/** Takes an Elastic IP from its instance, or its interface, where it has one. */
export function disassociate(world: World, address: Address): void {
  unlink(world, address)
  const instance = address.instanceId === undefined ? undefined : world.instances.get(address.instanceId)
  if (!instance?.hasPublicIp) return
  const lacksPublicIp = hasSeveralInterfaces(world, instance.id)
  world.instances.put({ ...instance, publicNumber: freePublicNumber(world), lacksPublicIp })
}

function unlink(world: World, address: Address): void {
  const { networkInterfaceId: _held, ...free } = address
  world.addresses.put({ ...free, instanceId: undefined, associationId: undefined })
}

/**
 * Makes the hosts of these instances reachable as the world says now, and has the metadata service tell them a moment
 * later.
 */
export async function applyPublicAddresses(world: World, instanceIds: readonly (string | undefined)[]): Promise<void> {
  const { background, hosts, network } = world.cloud
  await network.refresh()
  for (const id of instanceIds) {
    const instance = id === undefined ? undefined : world.instances.get(id)
    if (!instance) continue
    void background.start(`metadata of ${instance.id}`, () =>
      hosts.setMetadata(instance.id, metadataOf(world, instance)),
    )
  }
}
