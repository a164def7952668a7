import type { Kind } from '../kind.js'
import { describeSpotRequests, spotRequestFacts } from './observe-spot-requests.js'
import { readSpotRequest } from './read-spot-requests.js'
import { createSpotRequestCalls } from './spot-request-calls.js'

/** Spot requests, each behind a server that is a spot instance. */
export const spotRequestKind = {
  idPrefixes: ['sir'],
  readById: readSpotRequest,
  describe: describeSpotRequests,
  facts: spotRequestFacts,
  cloud: createSpotRequestCalls,
} as const satisfies Kind<unknown, never, object, object>
