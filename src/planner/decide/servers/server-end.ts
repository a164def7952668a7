import type { LiveServer, RootEnd } from '../../../model/kinds/server.js'
import { hasInstanceStore } from '../../../model/launch/instance-store.js'
import { canBeStopped, unstoppable } from '../../../model/launch/spot.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { Tags } from '../../../model/tags.js'
import { rootSnapshotTags } from '../snapshots/root-snapshot-tags.js'
import type { World } from '../../world.js'
import { errorOf, warningOf } from '../decided.js'

/** How an instance ends. */
export interface ServerEnd {
  readonly live: LiveServer
  /** Its inside cannot be reached, so it is stopped before its volumes leave it. */
  readonly stopsForRelease: boolean
  /** Whether EC2 stops it at all. */
  readonly canStop: boolean
  /** The snapshot that its root disk leaves, taken while it is stopped, where it can be; undefined: what is on the disk goes with it. */
  readonly rootSnapshot: RootSnapshot | undefined
}

export interface RootSnapshot {
  readonly volumeId: string
  readonly tags: Tags
  /** Tells the disk as it was left by this stop from the same disk after another start. */
  readonly only: string
}

/** The end of an instance whose root disk goes by this rule; with what keeps it from ending so. */
export function serverEnd(
  world: World,
  live: LiveServer,
  rule: RootEnd,
): { readonly end: ServerEnd; readonly problems: readonly Problem[] } {
  const { rootVolume } = live
  const rootSnapshot = rule === 'snapshot' && rootVolume ? rootSnapshotOf(world, live, rootVolume.id) : undefined
  const lost = instanceStoreProblems(live)
  const canStop = canBeStopped(live)
  const runs = rootSnapshot !== undefined && !canStop && live.state !== 'stopped' ? [takenRunning(live)] : []
  const problems = rule === 'snapshot' && !rootVolume ? [unknownDisk(live), ...lost] : [...runs, ...lost]
  return { end: { live, stopsForRelease: false, canStop, rootSnapshot }, problems }
}

/** What becomes of the root disk, for people. */
export const rootEndText: Readonly<Record<RootEnd, string>> = {
  snapshot: 'its root disk stays as a snapshot',
  delete: 'what is on its root disk goes with it',
}

/** What no snapshot holds, and what every stop takes. */
export function instanceStoreProblems({ address, id, type }: LiveServer): readonly Problem[] {
  if (!hasInstanceStore(type)) return []
  const message = `${address} (${id}, ${type}) is stopped or ended: what is on its instance store is lost`
  return [warningOf(address, 'PLAN_INSTANCE_STORE_LOST', message, 'copy it to a volume first, if it is needed')]
}

function rootSnapshotOf(world: World, live: LiveServer, volumeId: string): RootSnapshot {
  const only = ['root', live.id, volumeId, live.startedAt ?? ''].join(' ')
  return { volumeId, tags: rootSnapshotTags(world, live), only }
}

/** What was not written out by then is not in it (EBS User Guide, "Create Amazon EBS snapshots"). */
function takenRunning({ address, id, spot }: LiveServer): Problem {
  const message = `the snapshot of the root disk of ${address} (${id}) is taken while it runs: ${spot ? unstoppable(spot) : ''}`
  const hint = 'it is as after a power cut; what must be whole belongs on a volume, which is unmounted first'
  return warningOf(address, 'PLAN_SPOT_ROOT_RUNNING', message, hint)
}

function unknownDisk({ address, id }: LiveServer): Problem {
  const message = `the root disk of ${address} (${id}) is not known, so no snapshot of it can be taken`
  const hint =
    'its tags were taken away, or it is no EBS volume; `rootVolume: { onReplace: delete }` (or onRemove) gives it up'
  return { ...errorOf(address, 'PLAN_ROOT_VOLUME_UNKNOWN', message, hint), scope: 'address' }
}
