import { addressOf, type Address } from '../../../model/address.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { PlannedVersion } from '../archives/archive-decision.js'
import type { World } from '../../world.js'
import { isNeverFinished, isOfNeverUsed } from '../snapshots/never-used.js'
import { refuse, refuseAlone, refusedIn, type Refuse } from '../decided.js'
import { isNewerSnapshot, snapshotVersion } from '../../../model/snapshot-version.js'
import { snapshotAddresses } from '../snapshots/named-snapshots.js'
import { tagKeys } from '../../../model/tags.js'

/** Where a volume comes from. The order is that of VM::EC2::Staging: the one that is there, `volumeId`, `snapshot`, `reuse`, blank. */
export type VolumeSource =
  | { readonly kind: 'live'; readonly volume: LiveVolume }
  /** `retained`: ours from before; else somebody's, which is never formatted. */
  | { readonly kind: 'adopt'; readonly volume: LiveVolume; readonly retained: boolean }
  | { readonly kind: 'snapshot'; readonly snapshot: LiveSnapshot }
  /** A version of an archive that this plan makes. */
  | { readonly kind: 'version'; readonly of: Address; readonly version: PlannedVersion }
  | { readonly kind: 'blank' }

/** The source of a volume; a refusal where there is none. `zone` is where the volume must be; `versions` are those of archives that this plan makes. */
export function volumeSource(
  world: World,
  spec: VolumeSpec,
  zone: string | undefined,
  versions: ReadonlyMap<Address, PlannedVersion>,
): VolumeSource | Refuse {
  const live = world.live.volumes.get(spec.address)
  if (live && !isReplaceable(spec, live)) return liveSource(spec, live)
  const unfinished = unfinishedSource(world, spec)
  if (unfinished) return unfinished
  if (spec.volumeId !== undefined) return adoptedSource(world, spec, spec.volumeId)
  if (spec.snapshot) return snapshotSource(world, spec, spec.snapshot, versions)
  if (!spec.reuse) return { kind: 'blank' }
  const free = world.live.retained.get(spec.address)?.find((volume) => isFree(volume) && isIn(volume, zone))
  if (free) return { kind: 'adopt', volume: free, retained: true }
  const snapshot =
    newestSnapshot(completed(world.live.snapshots.get(spec.address))) ??
    newestSnapshot(completed(world.live.arrived.get(spec.address)))
  return snapshot ? { kind: 'snapshot', snapshot } : { kind: 'blank' }
}

/** A volume that never came about, of which another can be made: not where the file names or takes up one that is there. */
function isReplaceable(spec: VolumeSpec, live: LiveVolume): boolean {
  return spec.volumeId === undefined && !spec.reuse && isNeverFinished(spec, live)
}

/**
 * What is asked for from outside the file, a version or a checkpoint; or what an apply was cut off at: the old volume was
 * taken out, and the new one not made yet. The old one comes back should its successor's snapshot be gone.
 */
function unfinishedSource(world: World, { address }: VolumeSpec): VolumeSource | undefined {
  const { live, wishes } = world
  const old = lastSuperseded(live.retained.get(address) ?? [])
  const wanted = wishes.restores.get(address)?.snapshotId ?? old?.tags[tagKeys.superseded]
  const snapshot = wanted === undefined ? undefined : live.snapshotsById.get(wanted)
  const isAsked = wishes.restores.has(address)
  if (snapshot && !isAsked && isOfNeverUsed(snapshot)) return { kind: 'blank' }
  if (snapshot?.state === 'completed') return { kind: 'snapshot', snapshot }
  return old && isFree(old) ? { kind: 'adopt', volume: old, retained: true } : undefined
}

/** Of several, whose swaps were cut off one after another, the one that was in the place last: it holds what is newest. */
function lastSuperseded(retained: readonly LiveVolume[]): LiveVolume | undefined {
  return retained
    .filter(({ tags }) => tags[tagKeys.superseded] !== undefined)
    .reduce<LiveVolume | undefined>(
      (last, volume) => (last && (last.createdAt ?? '') >= (volume.createdAt ?? '') ? last : volume),
      undefined,
    )
}

function liveSource(spec: VolumeSpec, live: LiveVolume): VolumeSource | Refuse {
  if (spec.volumeId !== undefined && spec.volumeId !== live.id) {
    const message = `${spec.address} is ${live.id} already; the file adopts ${spec.volumeId}`
    return refusedIn(
      refuse(spec.address, 'PLAN_VOLUME_TAKEN', message, 'give the other volume an entry of its own'),
      'volumeId',
    )
  }
  return { kind: 'live', volume: live }
}

function adoptedSource(world: World, spec: VolumeSpec, volumeId: string): VolumeSource | Refuse {
  const { address } = spec
  const volume = world.live.volumesById.get(volumeId)
  if (!volume) {
    const { region } = world.live.stack
    return refusedIn(
      refuse(address, 'PLAN_VOLUME_NOT_FOUND', `${address}: there is no volume ${volumeId} in ${region}`),
      'volumeId',
    )
  }
  const owner = volume.tags[tagKeys.stack]
  const entry = volume.tags[tagKeys.address]
  if (owner !== undefined && owner !== world.spec.stack) {
    const message = `${address}: ${volumeId} belongs to the stack ${owner} (${entry ?? 'no entry'})`
    const hint = 'take it out of that stack with onRemove: retain first'
    return refusedIn(refuseAlone(address, 'PLAN_FOREIGN_OWNER', message, hint), 'volumeId')
  }
  const isNamedElsewhere =
    owner !== undefined && entry !== address && entry !== undefined && world.volumes.has(entry as Address)
  if (isNamedElsewhere) {
    return refusedIn(
      refuse(address, 'PLAN_VOLUME_TAKEN', `${address}: ${volumeId} is ${entry ?? ''} of this stack already`),
      'volumeId',
    )
  }
  const first = world.spec.volumes.find((one) => one.volumeId === volumeId)
  if (first && first.address !== address) {
    return refusedIn(
      refuse(address, 'PLAN_VOLUME_TAKEN', `${address}: ${volumeId} is adopted by ${first.address} already`),
      'volumeId',
    )
  }
  // A renamed entry: the volume is ours, so what its tags record still holds.
  return { kind: 'adopt', volume, retained: owner !== undefined }
}

function snapshotSource(
  world: World,
  spec: VolumeSpec,
  selector: NonNullable<VolumeSpec['snapshot']>,
  versions: ReadonlyMap<Address, PlannedVersion>,
): VolumeSource | Refuse {
  const { address } = spec
  const planned = selector.kind === 'name' ? plannedVersion(world, address, selector, versions) : undefined
  if (planned) return planned
  const named =
    selector.kind === 'id'
      ? [world.live.snapshotsById.get(selector.id)].filter((snapshot) => snapshot !== undefined)
      : snapshotsOfName(world, selector.name, address).filter(
          (snapshot) => selector.version === 'latest' || snapshotVersion(snapshot) === selector.version,
        )
  const snapshot = newestSnapshot(completed(named))
  if (snapshot) return { kind: 'snapshot', snapshot }
  const asked = selector.kind === 'id' ? selector.id : `${selector.name}, version ${selector.version}`
  const unfinished = named[0]
  if (unfinished) {
    const message = `${address}: the snapshot ${unfinished.id} is ${unfinished.state}, not completed`
    return refusedIn(refuse(address, 'PLAN_SNAPSHOT_NOT_READY', message, 'try again when it is'), 'snapshot')
  }
  return refusedIn(refuse(address, 'PLAN_SNAPSHOT_NOT_FOUND', `${address}: there is no snapshot ${asked}`), 'snapshot')
}

/** The version that the archive of that name gets in this plan, where that is the one that is asked for. */
function plannedVersion(
  { live }: World,
  volume: Address,
  { name, version }: Extract<NonNullable<VolumeSpec['snapshot']>, { kind: 'name' }>,
  versions: ReadonlyMap<Address, PlannedVersion>,
): VolumeSource | undefined {
  const of = addressOf('archive', name)
  const isOfVolume = snapshotAddresses(name, volume).some((one) => one !== of && live.snapshots.has(one))
  const planned = isOfVolume ? undefined : versions.get(of)
  const isAsked = planned && (version === 'latest' || version === planned.number)
  return isAsked ? { kind: 'version', of, version: planned } : undefined
}

/**
 * Snapshots of the volume of that name, for one of the volumes of a count those of the same member; where there is none, the
 * versions of the archive. What the stack has of its own goes before copies from another region.
 */
function snapshotsOfName({ live }: World, name: string, of: Address): readonly LiveSnapshot[] {
  for (const address of snapshotAddresses(name, of)) {
    const snapshots = live.snapshots.get(address) ?? live.arrived.get(address)
    if (snapshots) return snapshots
  }
  return []
}

function completed(snapshots: readonly LiveSnapshot[] | undefined): readonly LiveSnapshot[] {
  return (snapshots ?? []).filter(({ state }) => state === 'completed')
}

/** The highest version; of two with one version, the one that was started last. */
function newestSnapshot(snapshots: readonly LiveSnapshot[]): LiveSnapshot | undefined {
  let best: LiveSnapshot | undefined
  for (const snapshot of snapshots) {
    if (!best || isNewerSnapshot(snapshot, best)) best = snapshot
  }
  return best
}

function isFree(volume: LiveVolume): boolean {
  return volume.state === 'available' && volume.attachment === undefined
}

function isIn(volume: LiveVolume, zone: string | undefined): boolean {
  return zone === undefined || volume.zone === zone
}
