import type { Kind } from '../kind.js'
import { createElasticIpCalls } from './elastic-ip-calls.js'
import { describeAddresses, elasticIpFacts } from './observe-addresses.js'
import { readAddress } from './read-addresses.js'

/** Elastic addresses. They cost as long as they are allocated, wherever they lead. */
export const elasticIpKind = {
  idPrefixes: ['eipalloc'],
  readById: readAddress,
  describe: describeAddresses,
  facts: elasticIpFacts,
  cloud: createElasticIpCalls,
} as const satisfies Kind<unknown, never, object, object>
