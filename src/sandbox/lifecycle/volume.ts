import { drawnLatency } from '../model/latencies.js'
import type { Modification, Volume } from '../model/volume.js'
import { hasUsableKey } from '../world/kms-keys.js'
import type { World } from '../world/world.js'

/**
 * creating -> available, or -> error when the backend cannot make it. One whose key cannot be used vanishes: EC2 looks
 * at it after it has answered (API reference, CreateVolume, KmsKeyId).
 */
export function createVolume(world: World, id: string): void {
  const { background, latencies, hosts, faults } = world.cloud
  const creatingMs = () => drawnLatency(latencies, 'volumeCreatingMs', () => faults.number('latency', 'creating'))
  void background.start(`creation of ${id}`, () =>
    background.inLine(id, async () => {
      const volume = world.volumes.get(id)
      if (volume?.state !== 'creating') return
      if (!hasUsableKey(world, volume)) {
        await background.sleep(creatingMs())
        return forget(world, id)
      }
      const failed = faults.happens('volumeErrors', volume.type)
      try {
        if (!failed) await hosts.createVolume(id, volume.sizeGiB * 2 ** 30, volume.contentId)
        await background.sleep(creatingMs())
        settle(world, id, failed ? 'error' : 'available')
      } catch (error) {
        background.reportUnlessStopped(`creation of ${id}`, error)
        settle(world, id, 'error')
      }
    }),
  )
}

function settle(world: World, id: string, state: 'available' | 'error'): void {
  const volume = world.volumes.get(id)
  if (volume?.state !== 'creating') return
  world.volumes.put({ ...volume, state })
  world.commit()
}

/** deleting -> gone. */
export function deleteVolume(world: World, id: string): void {
  const { background, latencies, hosts } = world.cloud
  void background.start(`deletion of ${id}`, () =>
    background.inLine(id, async () => {
      await hosts.deleteVolume(id)
      await background.sleep(latencies.volumeDeletingMs)
      forget(world, id)
    }),
  )
}

/** Removes the volume of a terminated instance from the answers at once and its file after that. The caller commits. */
export function removeVolume(world: World, volume: Volume): void {
  const { background, hosts } = world.cloud
  world.volumes.delete(volume.id)
  world.tags.delete(volume.id)
  if (volume.root) return
  void background.start(`deletion of ${volume.id}`, () =>
    background.inLine(volume.id, () => hosts.deleteVolume(volume.id)),
  )
}

function forget(world: World, id: string): void {
  world.volumes.delete(id)
  world.tags.delete(id)
  world.commit()
}

/** modifying -> optimizing -> completed. The new size is there from `optimizing` on. */
export function modifyVolume(world: World, id: string): void {
  const { background, latencies, hosts } = world.cloud
  void background.start(`modification of ${id}`, () =>
    background.inLine(id, async () => {
      const before = world.volumes.get(id)
      if (!before?.modification) return
      if (before.modification.state === 'modifying') {
        await background.sleep(latencies.modifyingMs)
        try {
          const { after } = before.modification
          if (!before.root && after.sizeGiB > before.sizeGiB) await hosts.growVolume(id, after.sizeGiB * 2 ** 30)
          advance(world, id, { state: 'optimizing', progress: 0 })
        } catch (error) {
          background.reportUnlessStopped(`modification of ${id}`, error)
          advance(world, id, { state: 'failed', endedAtMs: world.now() })
          return
        }
      }
      await background.sleep(latencies.optimizingMs)
      advance(world, id, { state: 'completed', progress: 100, endedAtMs: world.now() })
    }),
  )
}

function advance(world: World, id: string, patch: Partial<Modification>): void {
  const volume = world.volumes.get(id)
  if (!volume?.modification) return
  const modification = { ...volume.modification, ...patch }
  world.volumes.put({ ...volume, ...(patch.state === 'optimizing' ? modification.after : {}), modification })
  world.commit()
}
