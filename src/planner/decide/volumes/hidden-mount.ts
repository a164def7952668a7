import type { Address } from '../../../model/address.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { Problem } from '../../../model/plan-problem.js'
import { warningOf } from '../decided.js'
import type { ServerOutlook } from '../servers/server-outlook.js'

/** What people can do about it; evenkeel unmounts nothing that is not the stack's. */
export function unhide(hiddenBy: string): string {
  return `unmount ${hiddenBy.slice(hiddenBy.lastIndexOf(' at ') + 4)} on the server`
}

/** A volume that is mounted where the file says, and is not what is seen there; `about` is what that is in the way of. */
export function hiddenProblem(
  about: Address,
  { address }: Pick<VolumeSpec, 'address'>,
  server: Pick<ServerOutlook, 'address'>,
  hiddenBy: string,
): Problem {
  const what = about === address ? address : `${about}: ${address}`
  const message = `${what} is hidden on ${server.address} by ${hiddenBy}: nothing is copied to it or from it`
  return warningOf(about, 'PLAN_MOUNT_HIDDEN', message, unhide(hiddenBy))
}

/** What hides a live volume on its server where the file mounts it; undefined where it is seen, and where nobody looked. */
export function hiddenByOf(
  spec: Pick<VolumeSpec, 'mount'>,
  liveId: string | undefined,
  server: ServerOutlook,
): string | undefined {
  if (server.inside !== 'known' || server.facts.kind !== 'read' || liveId === undefined) return undefined
  return server.facts.mounts.find(({ volumeId, path }) => volumeId === liveId && path === spec.mount?.path)?.hiddenBy
}
