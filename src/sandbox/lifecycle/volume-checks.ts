import { randomUUID } from 'node:crypto'
import { ioEnabled, ioImpaired, isIoDisabled } from '../model/volume-io.js'
import type { World } from '../world/world.js'

/** What EC2 is to find about a volume's data. */
interface VolumeCheckRequest {
  readonly volumeId: string
  readonly io: 'impaired' | 'ok'
}

/** Reads `{ "volumeId": "vol-…", "io": "impaired" }`; throws a TypeError that says what is wrong. */
export function readVolumeCheck(value: unknown): VolumeCheckRequest {
  const { volumeId, io } = (value ?? {}) as Partial<Record<keyof VolumeCheckRequest, unknown>>
  if (typeof volumeId !== 'string') throw new TypeError("a check needs a 'volumeId'")
  if (io !== 'impaired' && io !== 'ok') throw new TypeError("'io' is ok or impaired")
  return { volumeId, io }
}

/** The volume's data may be inconsistent from now on, or I/O is enabled again. Hosts read and write it all the same. */
export function checkVolume(world: World, { volumeId, io }: VolumeCheckRequest): { readonly disabled: boolean } {
  const volume = world.volumes.get(volumeId)
  if (!volume) throw new TypeError(`there is no volume ${volumeId}`)
  const id = `evol-${randomUUID().replaceAll('-', '').slice(0, 17)}`
  const changed = io === 'impaired' ? ioImpaired(volume, id, world.now()) : ioEnabled(volume, world.now())
  world.volumes.put(changed)
  world.commit()
  return { disabled: isIoDisabled(changed) }
}
