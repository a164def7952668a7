import { statfs } from 'node:fs/promises'
import { HostError } from '../../../core/errors.js'
import type { HostsDirectory } from '../directory.js'

/** Chosen: more than the boot of a host writes by itself. */
const roomMinimumMiB = 32

/**
 * Throws where the disk that the state directory lies on is as good as full. Volumes, root disks and the image that they lie
 * on are sparse: what has no room below them is an I/O error in the middle of a filesystem, so nothing is begun there.
 */
export async function checkRoom({ root }: HostsDirectory, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(root)
  const freeMiB = Math.floor((bavail * bsize) / 2 ** 20)
  if (freeMiB >= roomMinimumMiB) return
  const message = `no room for ${what}: the disk of ${root} has ${freeMiB} MiB free; make room there`
  throw new HostError('SANDBOX_HOST_FAILED', message, { host: 'this machine' })
}
