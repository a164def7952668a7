import type { Address } from '../../model/address.js'
import type { Problem } from '../../model/plan-problem.js'
import { otherEncryption } from '../../model/regions/copy-encryption.js'
import type { CopyRegion } from '../../model/regions/region-copy.js'
import type { Tags } from '../../model/tags.js'
import { warningOf } from './decided.js'

/** That the newest copy in a region is encrypted in another way than the file says by now: no copy is made a second time for that. */
export function copiedOtherwise(
  address: Address,
  tags: Tags | undefined,
  wanted: CopyRegion,
  hint: string,
): readonly Problem[] {
  const other = tags && otherEncryption(tags, wanted)
  if (!other) return []
  const message = `the copies of ${address} in ${wanted.region} are ${other.is}, and stay so; the file wants them ${other.wanted}`
  return [warningOf(address, 'PLAN_COPIES_STAY', message, hint)]
}
