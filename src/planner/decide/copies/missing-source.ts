import type { Address } from '../../../model/address.js'
import { errorOf, inEntry, refused, type Refuse } from '../decided.js'

/** What is to be copied from this machine is not there: an error before anything is made, not one in the middle of it. */
export function missingSource(address: Address, reason: string): Refuse {
  const hint = 'make it, or mend the path: relative ones begin at the stack file'
  return refused(address, [
    inEntry(errorOf(address, 'SYNC_SOURCE_MISSING', `${address} has nothing to copy: ${reason}`, hint), 'from'),
  ])
}
