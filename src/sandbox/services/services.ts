import { actions } from '../actions/registry.js'
import { apiVersion, isApiVersion } from '../wire/api-versions.js'
import { otherEc2Names } from '../wire/known-names.js'
import { renderError, renderResponse } from '../wire/xml.js'
import { autoScaling } from './auto-scaling.js'
import { loadBalancing } from './load-balancing.js'
import type { QueryService } from './query-service.js'

export const ec2: QueryService = {
  name: 'ec2',
  actions,
  ...otherEc2Names,
  isVersion: isApiVersion,
  readPairs: (pairs) => pairs,
  authorize: (authority, action, given, world) => authority.checkEc2(action, given, world),
  renderResponse: (action, version, requestId, body) => renderResponse(action, version ?? apiVersion, requestId, body),
  renderError: ({ code, message }, requestId) => renderError(code, message, requestId),
  statusOf: ({ httpStatus }) => httpStatus,
}

/** Every service that is dispatched to by the scope of the signature: a line each. */
export const queryServices: ReadonlyMap<string, QueryService> = new Map(
  [ec2, loadBalancing, autoScaling].map((service) => [service.name, service]),
)
