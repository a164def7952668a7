import type { CloudFacts } from '../../../executor/ports.js'
import { parseAddress } from '../../../model/address.js'
import type { ResourceKind } from '../../../model/kinds/kinds.js'

/** What tells whether a stack has had any of a kind: the ledger names each before it is made, and until it is gone. */
export interface Ledgers {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
}

/** A run that ended without a word may have made one of which an old reading of the ledger knows nothing. */
export function mayHaveAny(ledger: CloudFacts['ledger'], kind: ResourceKind): boolean {
  if (ledger === undefined) return false
  return ledger.epoch !== undefined || ledger.addresses.some((address) => parseAddress(address)?.kind === kind)
}
