import { displayName, type Address } from './address.js'
import { syncTagKey } from './tags.js'

/** What stands in the record of a copy of blocks in place of the source's digest, from the first byte that is written to the last. */
export const unfinishedMark = 'copying'

/** The tag that records a rule at its destination; the rules of one `web[*]` each have their own server. */
export function recordTag(rule: Address): string {
  return syncTagKey(ruleName(rule))
}

/** The name of a rule as the file says it: one for all rules of a `web[*]`. */
export function ruleName(rule: Address): string {
  return displayName(rule).replace(/\[\d+\]$/, '')
}
