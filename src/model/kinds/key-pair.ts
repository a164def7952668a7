import type { Address } from '../address.js'
import type { Tagged, UserTags } from '../tags.js'
import type { Mutabilities } from '../property-change.js'

export interface KeyPairSpec {
  readonly address: Address
  /** A path as written (`~` and relative to the stack file), or the key line itself; undefined: generated and kept on this machine. */
  readonly publicKey:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string }
    | undefined
  /** The pair that is adopted. */
  readonly keyPairId?: string | undefined
  readonly tags: UserTags
}

export interface LiveKeyPair extends Tagged {
  /** ISO 8601; absent where it is not known. */
  readonly createdAt?: string
  readonly keyName: string
  /** `ssh-ed25519 AAAA…` without comment. */
  readonly publicKey: string | undefined
}

/** The paths under which a key pair's properties stand in changes. */
export type KeyPairPath = 'publicKey'

/** How each of them can change, with the source of the fact. */
export const keyPairMutability: Mutabilities<KeyPairPath> = {
  publicKey: {
    how: 'replacement',
    because: "a key pair's material is fixed when it is imported",
    source: 'EC2 API, ImportKeyPair',
  },
}

/** What is recorded of a key pair in its applied tag. Short: a tag's value holds 256 characters (EC2 User Guide, "Tag restrictions"). */
export const keyPairAppliedKeys = ['key', 'tags'] as const
