import { messageOf } from '../../core/errors.js'
import {
  instanceInitiatedShutdown,
  userInitiated,
  userInitiatedShutdown,
  type Instance,
  type StateReason,
} from '../model/instance.js'
import { hasUsableKey } from '../world/kms-keys.js'
import type { World } from '../world/world.js'
import { releaseInterfaces } from './host-interfaces.js'
import { describeHost } from './host-description.js'
import { disassociate } from './public-address.js'
import { evaluate } from './spot/relaunch.js'
import {
  noteRunning,
  noteStartFailed,
  noteStopped,
  noteStopping,
  noteTerminated,
  spotRequestOf,
} from './spot/request-states.js'
import { removeVolume } from './volume.js'

/** Replaces the fields named; undefined when the instance is gone. The caller commits. */
export function updateInstance(world: World, id: string, patch: Partial<Instance>): Instance | undefined {
  const instance = world.instances.get(id)
  return instance && world.instances.put({ ...instance, ...patch })
}

/** pending -> running, or -> terminated with a reason when the launch fails. Also the way of StartInstances. */
export function bringUp(world: World, id: string, from: 'launch' | 'start'): void {
  const { background, latencies, hosts } = world.cloud
  void background.start(`boot of ${id}`, () =>
    background.inLine(id, async () => {
      await background.sleep(latencies.instancePendingMs)
      const instance = world.instances.get(id)
      if (instance?.state !== 'pending') return
      const failure = launchFailure(world, instance, from)
      if (failure) return fail(world, id, from, failure)
      try {
        if (from === 'launch') await makeLaunchVolumes(world, instance)
        // After a stop it is another machine, whose console shows nothing of what was before.
        else await hosts.clearConsole(id)
        await world.cloud.network.refresh()
        const boot = await hosts.boot(describeHost(world, instance))
        becomeRunning(world, id, boot.hostKeys)
      } catch (error) {
        background.reportUnlessStopped(`boot of ${id}`, error)
        await fail(world, id, from, {
          code: 'Server.InternalError',
          message: `Server.InternalError: Internal error on launch (${messageOf(error)})`,
        })
      }
    }),
  )
}

function launchFailure(world: World, instance: Instance, from: 'launch' | 'start'): StateReason | undefined {
  const { faults } = world.cloud
  if (world.volumes.withKey(instance.id).some((volume) => !hasUsableKey(world, volume))) {
    return { code: 'Client.InternalError', message: 'Client.InternalError: Client error on launch' }
  }
  if (from === 'start') {
    const code = 'Server.InsufficientInstanceCapacity'
    if (!faults.happens('startFailures', instance.instanceType)) return undefined
    return { code, message: `${code}: Insufficient capacity.` }
  }
  if (!faults.happens('launchFailures', instance.instanceType)) return undefined
  return { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' }
}

async function makeLaunchVolumes(world: World, instance: Instance): Promise<void> {
  for (const volume of world.volumes.withKey(instance.id)) {
    if (volume.root) continue
    await world.cloud.hosts.createVolume(volume.id, volume.sizeGiB * 2 ** 30, volume.contentId)
  }
}

function becomeRunning(world: World, id: string, hostKeys: readonly string[]): void {
  const instance = world.instances.get(id)
  if (instance?.state !== 'pending') return
  updateInstance(world, id, {
    state: 'running',
    impaired: false,
    hostKeys: hostKeys.length > 0 ? hostKeys : instance.hostKeys,
  })
  finishLaunchAttachments(world, id)
  noteRunning(world, id)
  world.commit()
  rebootLater(world, instance)
}

/** Chosen: in the middle of what is done in a new server. */
const rebootWithinDefaultMs = 60_000

function rebootLater(world: World, { id, instanceType }: Instance): void {
  const { background, faults } = world.cloud
  const { withinMs = rebootWithinDefaultMs } = faults.current.reboots ?? {}
  if (!faults.happens('reboots', instanceType)) return
  const afterMs = faults.number('reboots', 'when') * withinMs
  void background.start(`reboot of ${id} by itself`, async () => {
    await background.sleep(afterMs)
    await restart(world, id, 'call')
  })
}

/** Volumes of the launch are in the host since its boot; later ones finish by their own. */
function finishLaunchAttachments(world: World, id: string): void {
  for (const volume of world.volumes.withKey(id)) {
    const { attachment } = volume
    if (attachment?.state !== 'attaching' || !attachment.atLaunch) continue
    world.volumes.put({ ...volume, attachment: { ...attachment, state: 'attached' } })
  }
}

async function fail(world: World, id: string, from: 'launch' | 'start', reason: StateReason): Promise<void> {
  if (world.instances.get(id)?.state !== 'pending') return
  if (from === 'start') {
    updateInstance(world, id, { state: 'stopped', stateReason: reason, transitionReason: reason.code })
    noteStartFailed(world, id)
    world.commit()
    return
  }
  await dismantle(world, id, reason)
}

/** An orderly shutdown, or the plug where that fails: a host must not keep its instance from ending. */
async function powerOff(world: World, id: string, options: { readonly force: boolean }): Promise<void> {
  const { background, hosts } = world.cloud
  try {
    await hosts.shutdown(id, options)
  } catch (error) {
    background.reportUnlessStopped(`shutdown of ${id}`, error)
    await hosts.shutdown(id, { force: true })
  }
}

/** stopping -> stopped. */
export function bringDown(world: World, id: string, options: { readonly force: boolean }): void {
  const { background, latencies } = world.cloud
  void background.start(`stop of ${id}`, () =>
    background.inLine(id, async () => {
      await powerOff(world, id, options)
      await background.sleep(latencies.instanceStoppingMs)
      if (world.instances.get(id)?.state !== 'stopping') return
      updateInstance(world, id, { state: 'stopped', impaired: false })
      noteStopped(world, id)
      world.commit()
    }),
  )
}

/** shutting-down -> terminated, with the volumes and addresses that go with it. */
export function takeDown(world: World, id: string): void {
  const { background, latencies } = world.cloud
  void background.start(`termination of ${id}`, () =>
    background.inLine(id, async () => {
      if (world.instances.get(id)?.state !== 'shutting-down') return
      await background.sleep(latencies.instanceShuttingDownMs)
      await dismantle(world, id, world.instances.get(id)?.stateReason ?? userInitiatedShutdown)
    }),
  )
}

/** The launch of another instance for a request that is open again. */
export function bringUpNew(world: World, id: string): void {
  bringUp(world, id, 'launch')
}

async function dismantle(world: World, id: string, reason: StateReason): Promise<void> {
  const { hosts, network } = world.cloud
  await powerOff(world, id, { force: false })
  for (const volume of world.volumes.withKey(id)) {
    const { attachment } = volume
    if (!volume.root) await hosts.detachVolume(volume.id, { force: true })
    const current = world.volumes.get(volume.id)
    if (!current || !attachment) continue
    if (attachment.deleteOnTermination) removeVolume(world, current)
    else world.volumes.put({ ...current, state: 'available', attachment: undefined })
  }
  for (const association of world.profileAssociations.withKey(id)) world.profileAssociations.delete(association.id)
  for (const address of world.addresses.withKey(id)) disassociate(world, address)
  releaseInterfaces(world, id)
  await hosts.destroy(id)
  updateInstance(world, id, { state: 'terminated', terminatedAtMs: world.now(), stateReason: reason })
  const open = noteTerminated(world, id)
  world.commit()
  if (open) evaluate(world, open.id, bringUpNew)
  await network.refresh()
}

/**
 * A reboot that a call or the host itself asked for: the API's state stays `running`. Resolves when it is up again. While
 * its host is down, `between` may do something with its disks; it is done too where the host has ended meanwhile.
 */
export function restart(
  world: World,
  id: string,
  from: 'call' | 'host',
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const { background, hosts } = world.cloud
  return background.start(`reboot of ${id}`, () =>
    background.inLine(id, async () => {
      if (from === 'call' && world.instances.get(id)?.state === 'running') await powerOff(world, id, { force: false })
      await between()
      const instance = world.instances.get(id)
      if (instance?.state !== 'running') return
      try {
        await hosts.boot(describeHost(world, instance))
        const { instance: _healed, ...impairments } = instance.impairments ?? {}
        updateInstance(world, id, { impaired: false, impairments })
      } catch (error) {
        background.reportUnlessStopped(`reboot of ${id}`, error)
        updateInstance(world, id, { impaired: true })
      }
      world.commit()
    }),
  )
}

/** What becomes of an instance whose host ended by itself. */
export function hostExited(world: World, id: string, how: 'reboot' | 'poweroff' | 'crash'): void {
  const instance = world.instances.get(id)
  if (instance?.state !== 'running') return
  if (how === 'reboot') return void restart(world, id, 'host')
  if (how === 'crash') {
    updateInstance(world, id, { impaired: true })
    world.commit()
    return
  }
  // A one-time spot instance cannot be stopped, not from inside either.
  const isOneTime = spotRequestOf(world, id)?.type === 'one-time'
  const ending = isOneTime || instance.shutdownBehavior === 'terminate' ? 'shutting-down' : 'stopping'
  updateInstance(world, id, {
    state: ending,
    stateReason: instanceInitiatedShutdown,
    transitionReason: userInitiated(world.now()).replace('User', 'Instance'),
  })
  if (ending === 'stopping') noteStopping(world, id)
  world.commit()
  if (ending === 'stopping') bringDown(world, id, { force: false })
  else takeDown(world, id)
}

/** Removes instances that were terminated long enough ago to have left Describe answers. Returns how many. */
export function forgetTerminated(world: World): number {
  const before = world.now() - world.cloud.latencies.terminatedVisibleMs
  let forgotten = 0
  for (const instance of world.instances.values()) {
    if (instance.terminatedAtMs === undefined || instance.terminatedAtMs > before) continue
    const requests = world.spotRequests.withKey(instance.id)
    // What is to be launched again is launched after its likeness.
    if (requests.some(({ state }) => state === 'open')) continue
    world.instances.delete(instance.id)
    for (const { id } of requests) {
      world.spotRequests.delete(id)
      world.tags.delete(id)
    }
    for (const { id } of world.scheduledEvents.withKey(instance.id)) world.scheduledEvents.delete(id)
    world.tags.delete(instance.id)
    world.tags.delete(instance.networkInterfaceId)
    forgotten += 1
  }
  if (forgotten > 0) world.commit()
  return forgotten
}
