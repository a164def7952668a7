import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { snapshotVersion } from '../../../model/snapshot-version.js'
import type { OpenRestore } from '../../open-wishes.js'
import type { World } from '../../world.js'
import { refuse, refuseAlone, type Refuse } from '../decided.js'

/** That a volume is restored, to what, and whether this was asked for before. */
export function restoreText({ isOld, checkpoint }: OpenRestore, snapshot: LiveSnapshot): string {
  const version = snapshotVersion(snapshot)
  const to = checkpoint !== undefined ? ` to the checkpoint ${checkpoint}` : version > 0 ? ` to version ${version}` : ''
  return `it is restored${to}${isOld ? ', as an earlier run was asked to' : ''}`
}

/** Why a volume cannot be restored as asked: nothing is done with it then, until that is settled by an explicit word. */
export function restoreRefusal(world: World, { address, volumeId }: VolumeSpec): Refuse | undefined {
  const { live, wishes } = world
  const wish = wishes.restores.get(address)
  if (!wish) return undefined
  const withdrawal = `take a snapshot that there is; or \`evenkeel withdraw ${address}\` leaves the volume as it is`
  if (volumeId !== undefined) {
    const message = `${address}: the file names ${volumeId}, so no other volume takes its place`
    const hint = wish.isOld ? withdrawal : 'leave `volumeId` out once it is adopted'
    return refuse(address, 'PLAN_RESTORE_IMPOSSIBLE', message, hint)
  }
  const lost = [wish, ...othersOf(wish, [...wishes.restores.values()])].find(
    ({ snapshotId }) => !live.snapshotsById.has(snapshotId),
  )
  if (!lost) return unfinishedRefusal(world, wish)
  const asked = wish.checkpoint === undefined ? 'the restore' : `the checkpoint ${wish.checkpoint}`
  const message = `${address}: ${asked} cannot be completed: the snapshot ${lost.snapshotId} of ${lost.address} is gone`
  return refuseAlone(address, 'PLAN_RESTORE_IMPOSSIBLE', message, withdrawal)
}

function unfinishedRefusal({ live }: World, { address, snapshotId }: OpenRestore): Refuse | undefined {
  const state = live.snapshotsById.get(snapshotId)?.state
  if (state === 'completed') return undefined
  const message = `${address}: the snapshot ${snapshotId} is ${state ?? 'gone'}, not completed`
  return refuse(address, 'PLAN_SNAPSHOT_NOT_READY', message, 'try again when it is')
}

/** What belongs to the same checkpoint: all of it is brought back, or none of what is left. */
function othersOf({ checkpoint }: OpenRestore, restores: readonly OpenRestore[]): readonly OpenRestore[] {
  return checkpoint === undefined ? [] : restores.filter((other) => other.checkpoint === checkpoint)
}
