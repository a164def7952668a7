import type { Diff } from '../../../../model/change.js'
import type { LiveVolume, VolumeSpec } from '../../../../model/kinds/volume.js'
import type { Problem } from '../../../../model/plan-problem.js'
import type { World } from '../../../world.js'
import { inEntry, warningOf } from '../../decided.js'

/** Differences, without the one that nobody can do anything about, and what is told of that. */
export interface AcceptedEncryption {
  readonly diffs: readonly Diff<'volume'>[]
  readonly problems: readonly Problem[]
}

/**
 * An account can encrypt every new volume, whatever is asked for: one that was made so from `encrypted: false` stays, with
 * a word. So does any that was never otherwise, by its record, and any while the account makes no others.
 */
export function acceptEncryption(
  { live: { stack } }: World,
  spec: Pick<VolumeSpec, 'address' | 'encrypted'>,
  live: Pick<LiveVolume, 'id' | 'encrypted'>,
  diffs: readonly Diff<'volume'>[],
): AcceptedEncryption {
  const found = spec.encrypted === false && live.encrypted ? diffs.find(({ path }) => path === 'encrypted') : undefined
  if (!found || (found.cause === 'pending' && stack.encryptsByDefault !== true)) return { diffs, problems: [] }
  const problem = byDefault(spec, `${spec.address} (${live.id}) is encrypted`)
  return { diffs: diffs.filter((diff) => diff !== found), problems: [problem] }
}

/** The same before a volume is made. */
export function newEncryption(
  { live: { stack } }: World,
  spec: Pick<VolumeSpec, 'address' | 'encrypted'>,
): readonly Problem[] {
  if (spec.encrypted !== false || stack.encryptsByDefault !== true) return []
  return [byDefault(spec, `${spec.address} will be encrypted`)]
}

function byDefault({ address }: Pick<VolumeSpec, 'address'>, what: string): Problem {
  const message = `${what}, and the file says encrypted: false: the account encrypts every new volume`
  const hint = 'leave `encrypted` out, or write encrypted: true; it stays as it is either way'
  return inEntry(warningOf(address, 'PLAN_ENCRYPTED_BY_DEFAULT', message, hint), 'encrypted')
}
