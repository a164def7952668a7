import { HostError } from '../../core/errors.js'
import type { MountedFilesystem } from '../../executor/ports.js'
import { mountsOf, seenAt } from '../probe/devices.js'
import { readInside } from '../probe/probe.js'
import type { SshSession } from '../ssh/ssh-session.js'

/** What a copy needs at the place where it reads or writes. */
export interface MountedRequest {
  readonly volumeId: string
  readonly mountPath: string
}

/**
 * The filesystem of a volume, when it is what one sees at the path: mounted there, whole, and nothing on top of it. Else
 * rejects: below the path lies the root disk, or somebody else's data. Changes nothing.
 */
export async function checkMounted(session: SshSession, request: MountedRequest): Promise<MountedFilesystem> {
  const { volumeId, mountPath } = request
  const inside = await readInside(session)
  const device = inside.devices.find((candidate) => candidate.volumeId === volumeId)
  const top = seenAt(mountPath, inside.mounts)
  const isWhole = top?.path === mountPath && (top.root === '/' || top.fstype === 'btrfs')
  if (device && isWhole && mountsOf(inside, device).includes(top)) return { mountPath, number: top.number }
  const host = session.access.address
  const isHidden = inside.mounts.some(({ path }) => path === mountPath)
  const found = isHidden && top ? `${top.source} (${top.fstype}) at ${top.path} is what is seen there` : 'nothing is'
  throw new HostError('HOST_NOT_MOUNTED', `${volumeId} is not mounted at ${mountPath} on ${host}: ${found}`, {
    host,
    hint: isHidden
      ? `nothing was copied; unmount ${top?.path} on the server, and run \`evenkeel apply\``
      : 'nothing was copied; run `evenkeel apply`, which mounts the volume first',
  })
}
