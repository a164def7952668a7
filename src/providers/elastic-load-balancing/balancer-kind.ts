import type { Kind } from '../ec2/kinds/kind.js'
import { createBalancerCalls } from './balancer-calls.js'
import { balancerFacts, describeBalancers } from './observe-balancers.js'
import { readTagged } from './read-balancers.js'

/** Load balancers with their target groups and listeners, by Elastic Load Balancing's own client. Their ids are ARNs. */
export const loadBalancerKind = {
  idPrefixes: ['elasticloadbalancing'],
  readById: (api, id) => readTagged(api.balancing, id),
  describe: describeBalancers,
  facts: balancerFacts,
  cloud: createBalancerCalls,
} as const satisfies Kind<unknown, never, object, object>
