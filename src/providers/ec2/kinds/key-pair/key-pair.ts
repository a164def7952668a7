import type { Kind } from '../kind.js'
import { createKeyPairCalls, readKeyPair } from './key-pair-calls.js'
import { describeKeyPairs, keyPairFacts } from './observe-key-pairs.js'

/** Key pairs. Their names are unique in an account and region. */
export const keyPairKind = {
  idPrefixes: ['key'],
  readById: readKeyPair,
  describe: describeKeyPairs,
  facts: keyPairFacts,
  cloud: createKeyPairCalls,
} as const satisfies Kind<unknown, never, object, object>
