import type { Address } from '../spec/address.js'
import type { VolumeSpec } from '../spec/stack-spec.js'
import type { AppliedRecord } from './applied.js'
import type { Diff } from './change.js'
import type { LiveVolume } from './live-stack.js'
import { mutabilityOf } from './mutability.js'
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
    'not yet in place: make a snapshot, remove the entry with onRemove: retain, and make a new one from the snapshot'
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

export function refuseZone(planning: Planning, spec: VolumeSpec, zone: string, fate: ServerFate): void {
  const { address } = spec
  const message = `${address} is in ${zone}, and ${fate.address} in ${fate.zone ?? 'another zone'}: a volume is attached in its own zone alone`
  refuse(
    planning,
    address,
    'PLAN_ZONE_MISMATCH',
    message,
    'not yet in place: make a snapshot, and a new volume from it in the other zone',
  )
  leave(planning, address)
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
