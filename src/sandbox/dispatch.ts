import { forgetTerminated } from './lifecycle/instance.js'
import type { Action } from './actions/action.js'
import type { Authority } from './authorization/authority.js'
import { shuffled } from './faults/shuffle.js'
import type { Throttle } from './faults/throttle.js'
import { ApiError, unsupported } from './wire/api-error.js'
import type { QueryService } from './services/query-service.js'
import { parseParameters } from './wire/parameters.js'
import type { XmlRecord } from './wire/xml.js'
import type { Cloud } from './world/cloud.js'
import { staleView } from './world/stale-view.js'
import type { World } from './world/world.js'

export interface DispatchResult {
  readonly body: XmlRecord
  /** The answer must not be sent: the connection is to be cut. */
  readonly responseLost: boolean
}

/** Carries out one request to a service, with the faults that are switched on. Throws ApiError. */
export async function dispatch(
  service: QueryService,
  cloud: Cloud,
  throttle: Throttle,
  authority: Authority,
  world: World,
  pairs: ReadonlyMap<string, string>,
): Promise<DispatchResult> {
  const action = findAction(service, pairs)
  const { faults } = cloud
  await delay(cloud, action.name)
  if (faults.current.throttling) throttle.take(throttledCall(world, action, pairs))
  const scripted = faults.scripted(action.name)
  if (scripted && scripted.failure !== 'lost-response') {
    const { code, message = 'A scripted failure of the sandbox', httpStatus } = scripted.failure
    throw httpStatus === undefined ? new ApiError(code, message) : new ApiError(code, message, httpStatus)
  }
  cloud.refusals.check(action.name)
  const parameters = parseParameters(pairs, action.members, service.unsupportedParameters(action.name)) as {
    readonly DryRun?: boolean
  } & Readonly<Record<string, unknown>>
  service.authorize(authority, action.name, parameters, world)
  if (parameters.DryRun === true) {
    throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
  }
  if (forgetTerminatedDue(cloud, world)) forgetTerminated(world)
  const body = await run(action, parameters, action.effect === 'reads' ? asRead(world, action, pairs) : world, world)
  const lost = action.effect === 'writes' && (scripted !== undefined || faults.happens('lostResponses', action.name))
  return { body: inAnyOrder(cloud, action, body), responseLost: lost }
}

function inAnyOrder({ faults }: Cloud, { name, effect }: Action, body: XmlRecord): XmlRecord {
  if (effect !== 'reads' || !faults.happens('shuffledAnswers', name)) return body
  return shuffled(body, () => faults.number('shuffledAnswers', `${name} order`))
}

/** What an action changed before it failed is as true as what it changed when it did not: both are committed. */
async function run(action: Action, parameters: object, seen: World, world: World): Promise<XmlRecord> {
  try {
    return await action.run(parameters as never, seen)
  } finally {
    world.commit()
  }
}

/** The index behind filters lags in another way than what is asked for by id. */
function asRead(world: World, { name }: Action, pairs: ReadonlyMap<string, string>): World {
  const isFiltered = [...pairs.keys()].some((key) => key.startsWith('Filter.'))
  return staleView(world, name, isFiltered ? 'filter' : 'describe')
}

function findAction(service: QueryService, pairs: ReadonlyMap<string, string>): Action {
  const name = pairs.get('Action')
  if (name === undefined || name === '')
    throw new ApiError('MissingAction', 'The request is missing an action or a required parameter')
  const version = pairs.get('Version')
  if (version !== undefined && !service.isVersion(version)) {
    throw new ApiError('NoSuchVersion', `The requested version (${version}) is not valid.`)
  }
  const action = service.actions.get(name)
  if (action) return action
  if (name.includes('ClassicLink')) throw retired()
  if (service.unsupportedActions.has(name)) throw unsupported(`the action ${name}`)
  throw new ApiError('InvalidAction', `The action ${name} is not valid for this web service.`)
}

/** EC2's words since ClassicLink is no more: other tools' modules know them, and go on. */
function retired(): ApiError {
  return new ApiError('UnsupportedOperation', 'The functionality you requested is not available in this region.')
}

async function delay(cloud: Cloud, action: string): Promise<void> {
  const range = cloud.faults.current.extraLatencyMs
  if (!range) return
  const { minimum, maximum } = range
  await cloud.background.sleep(minimum + (maximum - minimum) * cloud.faults.number('latency', action))
}

function throttledCall(world: World, action: Action, pairs: ReadonlyMap<string, string>) {
  let unfiltered = true
  let resources = 0
  for (const key of pairs.keys()) {
    if (key === 'MaxResults' || key.startsWith('Filter.')) unfiltered = false
    if (key.startsWith('InstanceId.')) resources += 1
  }
  if (action.name === 'RunInstances') resources = Number(pairs.get('MaxCount')) || 1
  return { region: world.region.name, action: action.name, effect: action.effect, unfiltered, resources }
}

const sweepEveryMs = 1_000
const sweptAt = new WeakMap<World, number>()

/** True once a second at most: looking through all instances at each request would be the dearest part of small ones. */
function forgetTerminatedDue(cloud: Cloud, world: World): boolean {
  const now = cloud.clock.now()
  if (now < (sweptAt.get(world) ?? 0) + sweepEveryMs) return false
  sweptAt.set(world, now)
  return true
}
