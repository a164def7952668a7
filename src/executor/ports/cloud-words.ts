import type { Address } from '../../model/address.js'

/** The words that the kinds' parts of the cloud's port share. */

/** Whose a resource must still be, by its tags, in the moment before something is taken away from it. */
export interface Owner {
  readonly stack: string
  readonly address: Address
  /** Other names by which its tags may still call it. */
  readonly formerly?: readonly Address[]
}

export interface Owned {
  readonly id: string
  readonly owner: Owner
}

/** `once` is the same text for the same operation, also when it is tried again after a crash: ClientToken, or nonce tag. At most 64 ASCII characters. */
export interface Once {
  readonly once: string
}

export interface Waiting {
  readonly onProgress?: (percent: number) => void
}

export interface Created {
  readonly id: string
}

/** An id that the file names, and the address that names it: the live resource may have no tags of ours yet. */
export interface NamedId {
  readonly id: string
  readonly address: Address
}
