import { resumeScaling } from '../scaling/tend.js'
import type { World } from '../world/world.js'
import { attach, detach } from './attachment.js'
import { settleImages } from './image.js'
import { resumeBalancing } from './load-balancing/balancers.js'
import { bringDown, bringUp, bringUpNew, restart, takeDown } from './instance.js'
import { happenAtItsTime } from './scheduled-events.js'
import { bringNatUp, settleEndpoint, takeNatDown } from './nat-gateway.js'
import { finishCopy } from './snapshot.js'
import { goOnInterrupting } from './spot/interruptions.js'
import { evaluate } from './spot/relaunch.js'
import { noteStopped } from './spot/request-states.js'
import { createVolume, deleteVolume, modifyVolume } from './volume.js'

/**
 * Takes up what a stopped or killed daemon left half done in a region: instances that were running boot again with
 * their disks, changes of state go on. All methods of the backend are idempotent, so each is begun afresh. Resolves when
 * the instances that were running are up again.
 */
export async function resume(world: World): Promise<void> {
  const boots: Promise<void>[] = []
  resumeSnapshots(world)
  settleImages(world)
  for (const volume of world.volumes.values()) {
    if (volume.state === 'creating') createVolume(world, volume.id)
    if (volume.state === 'deleting') deleteVolume(world, volume.id)
    const modification = volume.modification?.state
    if (modification === 'modifying' || modification === 'optimizing') modifyVolume(world, volume.id)
  }
  for (const { id, state } of world.natGateways.values()) {
    if (state === 'pending') bringNatUp(world, id)
    if (state === 'deleting') takeNatDown(world, id)
  }
  for (const { id, state } of world.vpcEndpoints.values()) if (state !== 'available') settleEndpoint(world, id)
  for (const instance of world.instances.values()) {
    if (instance.state === 'pending')
      bringUp(world, instance.id, instance.launchedAtMs === instance.createdAtMs ? 'launch' : 'start')
    if (instance.state === 'running' && world.cloud.hosts.kind !== 'none')
      boots.push(restart(world, instance.id, 'host'))
    if (instance.state === 'stopping') bringDown(world, instance.id, { force: true })
    if (instance.state === 'shutting-down') takeDown(world, instance.id)
  }
  for (const volume of world.volumes.values()) {
    const { attachment } = volume
    if (attachment?.state === 'attaching' && !attachment.atLaunch) attach(world, volume.id)
    if (attachment?.state === 'detaching' || attachment?.state === 'busy') detach(world, volume.id)
  }
  for (const { id } of world.scheduledEvents.values()) happenAtItsTime(world, id)
  for (const { id, state, instanceId } of world.spotRequests.values()) {
    if (state === 'open' && world.instances.get(instanceId)?.state === 'terminated') evaluate(world, id, bringUpNew)
    if (world.instances.get(instanceId)?.state === 'stopped') noteStopped(world, instanceId)
    goOnInterrupting(world, id)
  }
  resumeBalancing(world)
  resumeScaling(world)
  world.commit()
  await Promise.all(boots)
}

/** What was taken goes on; a copy that was cut off is no point in time any more: with real disks it has failed. */
function resumeSnapshots(world: World): void {
  for (const snapshot of world.snapshots.values()) {
    if (snapshot.state !== 'pending') continue
    if (world.cloud.hosts.kind === 'none' || snapshot.isTaken || snapshot.sourceSnapshotId !== undefined) {
      finishCopy(world, snapshot.id)
    } else {
      world.snapshots.put({
        ...snapshot,
        state: 'error',
        stateMessage: 'The sandbox ended while the snapshot was taken',
      })
    }
  }
}
