import { tagKeys, type Tags } from '../tags.js'
import type { CopyRegion } from './region-copy.js'

/** A tag's value holds no more (EC2 User Guide, "Tag restrictions"); a key's ARN is told by its end. */
const tagBytesMax = 256

type Encryption = Partial<Pick<CopyRegion, 'encrypted' | 'kmsKey'>>

/** By which a copy tells how the file wanted it encrypted: EC2 names a key by its ARN, whatever the file calls it. */
export function encryptionTags(wanted: Encryption): Tags {
  const word = encryptionWord(wanted)
  return word === undefined ? {} : { [tagKeys.copiedAs]: word }
}

/** How a copy with these tags is encrypted where the file wants it otherwise, and how that is, for people; undefined: it is as the file says. */
export function otherEncryption(
  tags: Tags,
  wanted: Encryption,
): { readonly is: string; readonly wanted: string } | undefined {
  const [is, asked] = [tags[tagKeys.copiedAs], encryptionWord(wanted)]
  return is === asked ? undefined : { is: inWords(is), wanted: inWords(asked) }
}

function encryptionWord({ encrypted, kmsKey }: Encryption): string | undefined {
  return kmsKey?.slice(-tagBytesMax) ?? (encrypted === true ? 'encrypted' : undefined)
}

function inWords(word: string | undefined): string {
  if (word === undefined) return 'encrypted as what they are copies of'
  return word === 'encrypted' ? "encrypted with the account's own key there" : `encrypted with ${word}`
}
