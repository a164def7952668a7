import type { LiveSubnet } from './subnet.js'

/** Where new servers can run, as far as the file's servers make it worth asking. */
export interface LiveOffers {
  /** By name, of the types that were asked for; null: the region has none of that name. */
  readonly types: Readonly<Record<string, TypeOffer | null>>
  /** Where a server goes that names no subnet, sorted by zone; absent where it was not asked. */
  readonly defaultSubnets?: readonly LiveSubnet[]
}

export interface TypeOffer {
  /** Sorted, e.g. `i386` and `x86_64`. */
  readonly architectures: readonly string[]
  /** Names of zones, sorted. */
  readonly zones: readonly string[]
}
