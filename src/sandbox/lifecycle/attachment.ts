import type { Attachment } from '../model/volume.js'
import { drawnLatency } from '../model/latencies.js'
import type { World } from '../world/world.js'

/** How long a device is busy with the fault `busyDetach`; chosen: a writer that is ending. */
const busyDefaultMs = 5_000

/** attaching -> attached; back to available when the backend refuses. */
export function attach(world: World, volumeId: string): void {
  const { background, latencies, hosts, faults } = world.cloud
  const attachment = world.volumes.get(volumeId)?.attachment
  if (!attachment) return
  const { instanceId, deviceName } = attachment
  if (faults.happens('stuckAttaching', deviceName)) return
  void background.start(`attachment of ${volumeId} to ${instanceId}`, async () => {
    // Several volumes are on their way to one instance at once; only its devices appear one after the other.
    await background.sleep(drawnLatency(latencies, 'attachingMs', () => faults.number('latency', 'attaching')))
    await background.inLine(instanceId, async () => {
      if (world.volumes.get(volumeId)?.attachment?.state !== 'attaching') return
      try {
        await hosts.attachVolume(volumeId, { instanceId, deviceName })
        updateAttachment(world, volumeId, instanceId, { state: 'attached' })
      } catch (error) {
        background.reportUnlessStopped(`attachment of ${volumeId} to ${instanceId}`, error)
        release(world, volumeId, instanceId)
      }
    })
  })
}

/** detaching -> gone; `busy` as long as the host has the device mounted, tried again until it lets go. */
export function detach(world: World, volumeId: string): void {
  const { background, latencies, hosts, faults } = world.cloud
  const { instanceId, deviceName, force } = world.volumes.get(volumeId)?.attachment ?? {}
  if (instanceId === undefined) return
  const isBusy = force !== true && faults.happens('busyDetach', deviceName ?? '')
  void background.start(`detachment of ${volumeId} from ${instanceId}`, async () => {
    await background.sleep(drawnLatency(latencies, 'detachingMs', () => faults.number('latency', 'detaching')))
    if (isBusy) {
      updateAttachment(world, volumeId, instanceId, { state: 'busy' })
      await background.sleep(faults.current.busyDetach?.forMs ?? busyDefaultMs)
    }
    for (;;) {
      const result = await background.inLine(instanceId, async () => {
        const attachment = world.volumes.get(volumeId)?.attachment
        if (attachment?.instanceId !== instanceId || !isLeaving(attachment)) return 'gone'
        return hosts.detachVolume(volumeId, { force: attachment.force })
      })
      if (result === 'gone') return
      if (result === 'detached') return release(world, volumeId, instanceId)
      updateAttachment(world, volumeId, instanceId, { state: 'busy' })
      await background.sleep(latencies.busyRetryMs)
    }
  })
}

function isLeaving({ state }: Attachment): boolean {
  return state === 'detaching' || state === 'busy'
}

function updateAttachment(world: World, volumeId: string, instanceId: string, patch: Partial<Attachment>): void {
  const volume = world.volumes.get(volumeId)
  if (volume?.attachment?.instanceId !== instanceId) return
  world.volumes.put({ ...volume, attachment: { ...volume.attachment, ...patch } })
  world.commit()
}

function release(world: World, volumeId: string, instanceId: string): void {
  const volume = world.volumes.get(volumeId)
  if (volume?.attachment?.instanceId !== instanceId) return
  world.volumes.put({ ...volume, state: 'available', attachment: undefined })
  world.commit()
}
