import type { LiveOffers } from '../../model/launch/offers.js'

/** What EC2 tells of where servers can run. */
export interface OffersCloud {
  /** Two calls for all types, one for the default subnets; none for what is not asked. */
  readOffers(query: OffersQuery): Promise<LiveOffers>
}

export interface OffersQuery {
  /** Names of instance types, each once. */
  readonly types: readonly string[]
  readonly defaultSubnets: boolean
}
