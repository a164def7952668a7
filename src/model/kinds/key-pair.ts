import type { Address } from '../address.js'
import type { Tagged, UserTags } from '../tags.js'

export interface KeyPairSpec {
  readonly address: Address
  /** A path as written (`~` and relative to the stack file), or the key line itself; undefined: generated and kept on this machine. */
  readonly publicKey:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string }
    | undefined
  readonly tags: UserTags
}

export interface LiveKeyPair extends Tagged {
  readonly keyName: string
  /** `ssh-ed25519 AAAA…` without comment. */
  readonly publicKey: string | undefined
}
