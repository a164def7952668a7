import type { Clock } from '../../core/clock.js'
import { HostError } from '../../core/errors.js'
import type { VolumeDevice } from './devices.js'
import { type Inside, readInside } from './probe.js'
import type { SshSession } from '../ssh/ssh-session.js'

/** Chosen: EC2 says attached a moment before the kernel has found the disk. */
const patienceMs = 30_000

/** Reads the server until the volume's device is there. */
export async function readDevice(
  session: SshSession,
  volumeId: string,
  clock: Clock,
): Promise<{ readonly inside: Inside; readonly device: VolumeDevice }> {
  const start = clock.now()
  for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 2_000)) {
    const inside = await readInside(session)
    const device = inside.devices.find((candidate) => candidate.volumeId === volumeId)
    if (device && device.sizeBytes > 0) return { inside, device }
    if (clock.now() - start > patienceMs) {
      const seen = inside.devices.map((candidate) => candidate.volumeId).join(', ') || 'none'
      throw new HostError(
        'HOST_DEVICE_MISSING',
        `${volumeId} does not appear as a disk on ${session.access.address} (volumes seen: ${seen})`,
        {
          host: session.access.address,
          retryable: true,
          hint: 'check that it is attached; a reboot of the server makes the kernel look again',
        },
      )
    }
    await clock.sleep(delayMs)
  }
}
