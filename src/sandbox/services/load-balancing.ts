import { loadBalancingActions } from '../actions/load-balancing/registry.js'
import { loadBalancingTargets } from '../authorization/load-balancing-targets.js'
import { otherLoadBalancingNames } from '../wire/known-names.js'
import { queryStatusOf, renderQueryError, renderQueryResponse, withoutMembers } from '../wire/query-answer.js'
import type { QueryService } from './query-service.js'

const version = '2015-12-01'
const namespace = `http://elasticloadbalancing.amazonaws.com/doc/${version}/`

/** Elastic Load Balancing as its API reference of this version has it: application and network load balancers. */
export const loadBalancing: QueryService = {
  name: 'elasticloadbalancing',
  actions: loadBalancingActions,
  ...otherLoadBalancingNames,
  isVersion: (asked) => asked === version,
  readPairs: withoutMembers,
  authorize: (authority, action, given, world) =>
    authority.checkService('elasticloadbalancing', action, loadBalancingTargets(action, given, world), world),
  renderResponse: (action, _version, requestId, body) => renderQueryResponse(namespace, action, requestId, body),
  renderError: (error, requestId) => renderQueryError(namespace, error, requestId),
  statusOf: queryStatusOf,
}
