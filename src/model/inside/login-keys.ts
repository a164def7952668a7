import { keyFingerprint } from '../../core/key-fingerprint.js'
import type { Address } from '../address.js'
import { parseApplied, type Digester } from '../applied.js'
import type { LiveKeyPair } from '../kinds/key-pair.js'
import type { LiveServer } from '../kinds/server.js'
import { tagKeys } from '../tags.js'

/** With which keys a live server may be entered. */
export interface LoginKeys {
  /** The pair that the file names for it, else the one that it had at the last apply, or was launched with. */
  readonly keyPair: Address | undefined
  /** Fingerprints of keys that it may have in place of that pair's, or beside it. */
  readonly formerKeys: readonly string[]
}

/** The live pairs whose keys a server may have: the one that was last applied to it, and the one that it was launched with. */
export type PairsOfServer = (server: LiveServer) => readonly LiveKeyPair[]

/** EC2's own KeyName of an instance is fixed at its launch, and says nothing of what came since: the applied record does. */
export function pairsOfServers(keyPairs: Iterable<LiveKeyPair>, digest: Digester): PairsOfServer {
  const byName = new Map<string, LiveKeyPair>()
  const byDigest = new Map<string | undefined, LiveKeyPair>()
  for (const pair of keyPairs) {
    byName.set(pair.keyName, pair)
    byDigest.set(digest(pair.address), pair)
  }
  return ({ keyName, tags }) => {
    const digestOfApplied = parseApplied(tags[tagKeys.applied])?.key
    const applied = digestOfApplied === undefined ? undefined : byDigest.get(digestOfApplied)
    const launched = keyName === undefined ? undefined : byName.get(keyName)
    return [...new Set([applied, launched])].filter((pair) => pair !== undefined)
  }
}

/** `own` is the public half on this machine of the pair that the file names, where there is one. */
export function loginKeys(
  server: LiveServer,
  wanted: Address | undefined,
  pairs: readonly LiveKeyPair[],
  own?: (keyPair: Address) => string | undefined,
): LoginKeys {
  const keyPair = wanted ?? pairs[0]?.address
  const publicKey = keyPair === undefined ? undefined : own?.(keyPair)
  const ownFingerprint = publicKey === undefined ? undefined : keyFingerprint(publicKey)
  return { keyPair, formerKeys: formerKeysOf(server, pairs).filter((key) => key !== ownFingerprint) }
}

/** Fingerprints of what the stack itself may have put on a server: the keys of these pairs, and what was noted on it. */
export function formerKeysOf(server: LiveServer, pairs: readonly LiveKeyPair[]): readonly string[] {
  const known = pairs.flatMap(({ publicKey }) => (publicKey === undefined ? [] : keyFingerprint(publicKey)))
  return [...new Set([...known, ...(server.tags[tagKeys.formerKeys]?.split(' ') ?? [])])]
}
