import type { Instance } from '../model/instance.js'
import type { World } from '../world/world.js'
import { metadataOf } from './host-description.js'

/** A public key that EC2 Instance Connect has been given for a user of an instance. */
interface PushedKey {
  readonly user: string
  readonly publicKey: string
  readonly caller: string
  readonly requestId: string
}

/** "The key remains for 60 seconds" (EC2 Instance Connect API reference, SendSSHPublicKey). */
const lifetimeMs = 60_000

/** Shows a key in the instance's metadata, for a minute; resolves when it stands there. One user has several at a time. */
export async function letKeyIn(world: World, instance: Instance, key: PushedKey): Promise<void> {
  const { background } = world.cloud
  const { user, publicKey, caller, requestId } = key
  // Seconds by the machine's clock, as that of its hosts is.
  const expires = Math.floor(Date.now() / 1000) + lifetimeMs / 1000
  // As Amazon's has it, but for the signature behind it: the sandbox is no authority.
  const text = `#Timestamp=${expires}\n#Instance=${instance.id}\n#Caller=${caller}\n#Request=${requestId}\n${publicKey}\n`
  const entry = { user, text }
  world.pushedKeys.set(instance.id, [...(world.pushedKeys.get(instance.id) ?? []), entry])
  await show(world, instance.id)
  void background.start(`key of ${instance.id}`, async () => {
    await background.sleep(lifetimeMs)
    const rest = (world.pushedKeys.get(instance.id) ?? []).filter((one) => one !== entry)
    if (rest.length > 0) world.pushedKeys.set(instance.id, rest)
    else world.pushedKeys.delete(instance.id)
    await show(world, instance.id)
  })
}

async function show(world: World, instanceId: string): Promise<void> {
  const instance = world.instances.get(instanceId)
  if (instance?.state === 'running') await world.cloud.hosts.setMetadata(instanceId, metadataOf(world, instance))
}
