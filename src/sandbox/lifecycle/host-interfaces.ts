import type { World } from '../world/world.js'
import { disassociate } from './public-address.js'
import { hostInterfaces, metadataOf } from './host-description.js'

/** Makes the hosts of these instances, and who reaches them, as the world says now. */
export async function applyInterfaces(world: World, instanceIds: readonly (string | undefined)[]): Promise<void> {
  const { background, hosts, network } = world.cloud
  await network.refresh()
  for (const id of new Set(instanceIds)) {
    const instance = id === undefined ? undefined : world.instances.get(id)
    if (!instance) continue
    await hosts
      .setInterfaces(instance.id, hostInterfaces(world, instance))
      .catch((error: unknown) => background.reportUnlessStopped(`interfaces of ${instance.id}`, error))
    await hosts.setMetadata(instance.id, metadataOf(world, instance))
  }
}

/** Those of an instance that has ended: each goes with it, or is there for another. The caller commits. */
export function releaseInterfaces(world: World, instanceId: string): void {
  for (const one of world.networkInterfaces.withKey(instanceId)) {
    if (one.attachment?.deleteOnTermination === true) {
      for (const address of world.addresses.withKey(one.id)) disassociate(world, address)
      world.networkInterfaces.delete(one.id)
      world.tags.delete(one.id)
    } else world.networkInterfaces.put({ ...one, attachment: undefined })
  }
}
