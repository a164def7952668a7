import type { Address } from '../model/address.js'
import type { VolumeSpec } from '../model/stack-spec.js'
import { filesystemRules } from '../model/volume-rules.js'
import type { AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import type { LiveVolume } from '../model/live-stack.js'
import { mutabilityOf } from '../model/mutability.js'
import { recordChange, refuse, warn, type Planning } from './planning.js'
import type { ServerFate } from './server-fate.js'

/** What cannot be done in place is told, and nothing is planned: a shrink, another zone, another key. */
export function refuseFixed(
  planning: Planning,
  spec: VolumeSpec,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
  diffs: readonly Diff[],
): void {
  const { address } = spec
  const byHand =
    spec.volumeId === undefined
      ? 'copy what is on it to a new volume'
      : 'the file names this very volume: leave `volumeId` out, and another one takes its place'
  for (const diff of diffs) {
    const { how, because } = mutabilityOf('volume', diff.path)
    if (how === 'fixed') {
      refuse(
        planning,
        address,
        'PLAN_VOLUME_FIXED',
        `${address}: ${because} (${String(diff.before)}, not ${String(diff.after)})`,
        byHand,
      )
    }
  }
  const kmsChanged = applied !== undefined && applied.kms !== planning.digest(spec.kmsKey)
  if (kmsChanged && spec.kmsKey !== undefined && spec.kmsKey !== live.kmsKey) {
    refuse(planning, address, 'PLAN_VOLUME_FIXED', `${address}: ${mutabilityOf('volume', 'kmsKey').because}`, byHand)
  }
  const size = diffs.find(({ path }) => path === 'size')
  if (!size || spec.sizeGiB === undefined || spec.sizeGiB > live.sizeGiB) return
  const message = `${address} is ${live.sizeGiB} GiB, the file says ${spec.sizeGiB}: ${mutabilityOf('volume', 'size').because}`
  const hint = `write size: ${live.sizeGiB}, or copy what is on it to a smaller one`
  if (size.cause === 'pending') refuse(planning, address, 'PLAN_VOLUME_SHRINK', message, hint)
  else warn(planning, address, 'PLAN_VOLUME_SHRINK', message, `write size: ${live.sizeGiB}`)
}

/** Refuses a filesystem that the server's kernel cannot use, where the server could be asked: before anything is made. */
export function refuseKernel(planning: Planning, spec: VolumeSpec, fate: ServerFate | undefined): void {
  if (fate?.inside !== 'known' || fate.facts.kind !== 'read' || spec.mount === undefined) return
  const { filesystems, mounts } = fate.facts
  const live = planning.live.volumes.get(spec.address)
  const isInUse = mounts.some(({ volumeId }) => volumeId === live?.id)
  if (filesystems === undefined || filesystems.includes(spec.fstype) || isInUse) return
  const message = `${spec.address}: the kernel of ${fate.address} cannot use ${spec.fstype}`
  const hint =
    'choose another fstype, take an image whose kernel has it (some keep it in a package such as linux-modules-extra or kernel-modules-extra), or say `unmounted: true`'
  refuse(planning, spec.address, 'PLAN_FILESYSTEM_UNSUPPORTED', message, hint)
}

/** Refuses a larger volume for a filesystem that cannot follow, before EC2 is asked for it: a volume never shrinks again. */
export function refuseGrowth(planning: Planning, spec: VolumeSpec, fromGiB: number, what: string): void {
  const { growth } = filesystemRules[spec.fstype]
  if (spec.sizeGiB === undefined || spec.sizeGiB <= fromGiB || growth === 'always') return
  if (growth === 'mounted') return refuseMountedGrowth(planning, spec)
  const message = `${spec.address}: ${what} has ${fromGiB} GiB, the file says ${spec.sizeGiB}, and a ${spec.fstype} filesystem cannot be made larger`
  const hint = `write size: ${fromGiB}, or make another volume and copy the files`
  refuse(planning, spec.address, 'PLAN_FILESYSTEM_CANNOT_GROW', message, hint)
}

/** Some grow by their driver in the kernel alone, so that even one that is not mounted needs it. */
function refuseMountedGrowth(planning: Planning, spec: VolumeSpec): void {
  const fate = spec.server === undefined ? undefined : planning.fates.get(spec.server)
  if (fate?.inside !== 'known' || fate.facts.kind !== 'read') return
  if (fate.facts.filesystems?.includes(spec.fstype) !== false) return
  const message = `${spec.address}: a ${spec.fstype} filesystem grows by its driver in the kernel, and that of ${fate.address} has none`
  refuse(
    planning,
    spec.address,
    'PLAN_FILESYSTEM_UNSUPPORTED',
    message,
    'leave the size as it is, or take another image',
  )
}

export function refuseZone(planning: Planning, spec: VolumeSpec, zone: string, fate: ServerFate): void {
  const { address } = spec
  const message = `${address} is in ${zone}, and ${fate.address} in ${fate.zone ?? 'another zone'}: a volume is attached in its own zone alone`
  refuse(
    planning,
    address,
    'PLAN_ZONE_MISMATCH',
    message,
    spec.volumeId === undefined
      ? 'name one zone for both'
      : 'the file names this very volume: leave `volumeId` out once it is adopted, and another one takes its place',
  )
}

/** Nothing is planned for an address that holds an error, or stands on one that does. */
export function leave(planning: Planning, address: Address): void {
  const problem = planning.problems.find((known) => known.address === address && known.severity === 'error')
  recordChange(planning, {
    address,
    kind: 'none',
    reason: problem?.message ?? 'what it stands on cannot be planned',
    diffs: [],
  })
}
