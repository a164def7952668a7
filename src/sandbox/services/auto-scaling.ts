import { autoScalingActions } from '../actions/auto-scaling/registry.js'
import { autoScalingTargets } from '../authorization/auto-scaling-targets.js'
import { scaledLaunch } from '../authorization/scaled-launch.js'
import { ApiError } from '../wire/api-error.js'
import { otherAutoScalingNames } from '../wire/known-names.js'
import { queryStatusOf, renderQueryError, renderQueryResponse, withoutMembers } from '../wire/query-answer.js'
import type { Authority } from '../authorization/authority.js'
import type { Given } from '../authorization/required-targets.js'
import type { World } from '../world/world.js'
import type { QueryService } from './query-service.js'

const version = '2011-01-01'
const namespace = `http://autoscaling.amazonaws.com/doc/${version}/`

/** Auto Scaling as its API reference of this version has it: groups of instances of launch templates. */
export const autoScaling: QueryService = {
  name: 'autoscaling',
  actions: autoScalingActions,
  ...otherAutoScalingNames,
  isVersion: (asked) => asked === version,
  readPairs: withoutMembers,
  authorize: (authority, action, given, world) => {
    authority.checkService('autoscaling', action, autoScalingTargets(action, given, world), world)
    const launch = scaledLaunch(given, world)
    if (launch) checkLaunch(authority, launch, world)
  },
  renderResponse: (action, _version, requestId, body) => renderQueryResponse(namespace, action, requestId, body),
  renderError: (error, requestId) => renderQueryError(namespace, error, requestId),
  statusOf: queryStatusOf,
}

/** What EC2 would say to who asks, in Auto Scaling's words. */
function checkLaunch(authority: Authority, launch: Given, world: World): void {
  try {
    authority.checkEc2('RunInstances', launch, world)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError('ValidationError', `You must use a valid fully-formed launch template. ${error.message}`)
  }
}
