import type { NetworkCloud } from '../../../../executor/ports.js'
import type { Ec2Api } from '../../wire/api.js'
import type { Kind } from '../kind.js'
import { changeNetworkPart } from './change-part.js'
import { createNetworkPart } from './create-part.js'
import { deleteNetworkPart } from './delete-part.js'
import { describeNetworks, networkFacts } from './observe-networks.js'
import { partReaders, readPart } from './read-parts.js'

/** Networks with all that they are made of; the addresses of NAT gateways are elastic ones like others. */
export const networkKind = {
  idPrefixes: Object.values(partReaders).map(({ prefix }) => prefix),
  readById: readPart,
  describe: describeNetworks,
  facts: networkFacts,
  cloud: createNetworkCalls,
} as const satisfies Kind<unknown, never, object, object>

function createNetworkCalls(api: Ec2Api): NetworkCloud {
  return {
    createNetworkPart: (request) => createNetworkPart(api, request),
    changeNetworkPart: (request) => changeNetworkPart(api, request),
    deleteNetworkPart: (request) => deleteNetworkPart(api, request),
  }
}
