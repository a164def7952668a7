import { digestOf } from '../../../core/digest.js'
import type { SyncSpec } from '../../../model/stack-spec.js'

/** Only what is copied to where, whole: an option that says how does not make it another copy. */
export function blockRuleDigest({ from, to, method }: SyncSpec): string {
  return digestOf({ from, to, method }, 8)
}
