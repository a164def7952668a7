import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import { mutabilityOf } from '../../../model/mutability.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { filesystemRules } from '../../../model/inside/volume-rules.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, warningOf } from '../decided.js'
import type { ServerOutlook } from '../servers/server-outlook.js'

/** What cannot be done in place: a shrink, another zone, another key. A size that was changed by hand is a warning alone. */
export function fixedProblems(
  world: World,
  spec: VolumeSpec,
  live: LiveVolume,
  applied: AppliedRecord | undefined,
  diffs: readonly Diff<'volume'>[],
): readonly Problem[] {
  const { address } = spec
  const byHand =
    spec.volumeId === undefined
      ? 'copy what is on it to a new volume'
      : 'the file names this very volume: leave `volumeId` out, and another one takes its place'
  const problems: Problem[] = []
  for (const diff of diffs) {
    const { how, because } = mutabilityOf('volume', diff.path)
    if (how !== 'fixed') continue
    const message = `${address}: ${because} (${String(diff.before)}, not ${String(diff.after)})`
    problems.push(inEntry(errorOf(address, 'PLAN_VOLUME_FIXED', message, byHand), diff.path))
  }
  const kmsChanged = applied !== undefined && applied.kms !== world.digest(spec.kmsKey)
  if (kmsChanged && spec.kmsKey !== undefined && spec.kmsKey !== live.kmsKey) {
    const message = `${address}: ${mutabilityOf('volume', 'kmsKey').because}`
    problems.push(inEntry(errorOf(address, 'PLAN_VOLUME_FIXED', message, byHand), 'kmsKey'))
  }
  const size = diffs.find(({ path }) => path === 'size')
  if (!size || spec.sizeGiB === undefined || spec.sizeGiB > live.sizeGiB) return problems
  const message = `${address} is ${live.sizeGiB} GiB, the file says ${spec.sizeGiB}: ${mutabilityOf('volume', 'size').because}`
  const hint = `write size: ${live.sizeGiB}`
  return [
    ...problems,
    inEntry(
      size.cause === 'pending'
        ? errorOf(address, 'PLAN_VOLUME_SHRINK', message, `${hint}, or copy what is on it to a smaller one`)
        : warningOf(address, 'PLAN_VOLUME_SHRINK', message, hint),
      'size',
    ),
  ]
}

/** A filesystem that the server's kernel cannot use, where the server could be asked: before anything is made. */
export function kernelProblem(world: World, spec: VolumeSpec, server: ServerOutlook | undefined): Problem | undefined {
  if (server?.inside !== 'known' || server.facts.kind !== 'read' || spec.mount === undefined) return undefined
  const { filesystems, mounts } = server.facts
  const live = world.live.volumes.get(spec.address)
  const isInUse = mounts.some(({ volumeId }) => volumeId === live?.id)
  if (filesystems === undefined || filesystems.includes(spec.fstype) || isInUse) return undefined
  const message = `${spec.address}: the kernel of ${server.address} cannot use ${spec.fstype}`
  const hint =
    'choose another fstype, take an image whose kernel has it (some keep it in a package such as linux-modules-extra or kernel-modules-extra), or say `unmounted: true`'
  return inEntry(errorOf(spec.address, 'PLAN_FILESYSTEM_UNSUPPORTED', message, hint), 'fstype')
}

/** A larger volume for a filesystem that cannot follow, before EC2 is asked for it: a volume never shrinks again. */
export function growthProblem(
  spec: Pick<VolumeSpec, 'address' | 'fstype' | 'sizeGiB'>,
  server: ServerOutlook | undefined,
  fromGiB: number,
  what: string,
): Problem | undefined {
  const { growth } = filesystemRules[spec.fstype]
  if (spec.sizeGiB === undefined || spec.sizeGiB <= fromGiB || growth === 'always') return undefined
  if (growth === 'mounted') return driverProblem(spec, server)
  const message = `${spec.address}: ${what} has ${fromGiB} GiB, the file says ${spec.sizeGiB}, and a ${spec.fstype} filesystem cannot be made larger`
  const hint = `write size: ${fromGiB}, or make another volume and copy the files`
  return inEntry(errorOf(spec.address, 'PLAN_FILESYSTEM_CANNOT_GROW', message, hint), 'size')
}

/** Some grow by their driver in the kernel alone, so that even one that is not mounted needs it. */
function driverProblem(
  { address, fstype }: Pick<VolumeSpec, 'address' | 'fstype'>,
  server: ServerOutlook | undefined,
): Problem | undefined {
  if (server?.inside !== 'known' || server.facts.kind !== 'read') return undefined
  if (server.facts.filesystems?.includes(fstype) !== false) return undefined
  const message = `${address}: a ${fstype} filesystem grows by its driver in the kernel, and that of ${server.address} has none`
  const hint = 'leave the size as it is, or take another image'
  return inEntry(errorOf(address, 'PLAN_FILESYSTEM_UNSUPPORTED', message, hint), 'size')
}

export function zoneProblem({ address, volumeId }: VolumeSpec, zone: string, server: ServerOutlook): Problem {
  const message = `${address} is in ${zone}, and ${server.address} in ${server.zone ?? 'another zone'}: a volume is attached in its own zone alone`
  const hint =
    volumeId === undefined
      ? 'name one zone for both'
      : 'the file names this very volume: leave `volumeId` out once it is adopted, and another one takes its place'
  return inEntry(errorOf(address, 'PLAN_ZONE_MISMATCH', message, hint), volumeId === undefined ? 'zone' : 'volumeId')
}
