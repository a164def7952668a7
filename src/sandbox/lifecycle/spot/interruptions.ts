import {
  interruptionCauses,
  isInterrupted,
  type InterruptionCause,
  type SpotRequest,
} from '../../model/spot-request.js'
import { serviceInitiated } from '../../model/instance.js'
import { freePublicNumber } from '../../world/public-numbers.js'
import type { World } from '../../world/world.js'
import { bringDown, bringUp, takeDown, updateInstance } from '../instance.js'
import { moveRequest, spotRequestOf } from './request-states.js'

/** EC2 gives notice two minutes before (EC2 User Guide, "Spot Instance interruption notices"). */
const noticeDefaultSeconds = 120

/** What is asked for of the sandbox, as nobody can of EC2 but its fault injection service. */
interface InterruptionRequest {
  readonly instanceId: string
  /** Default: `no-capacity`. */
  readonly cause?: InterruptionCause
  readonly noticeSeconds?: number
  /** How long after its stop there is room for it again; left out: when `back` is asked for. */
  readonly backSeconds?: number
  /** There is room again for one that was stopped. */
  readonly back?: true
}

/** Reads a request that came over HTTP; throws a TypeError that says what is wrong. */
export function readInterruption(value: unknown): InterruptionRequest {
  const request = value as Partial<Record<keyof InterruptionRequest, unknown>> | null
  if (typeof request?.instanceId !== 'string') throw new TypeError("an interruption needs an 'instanceId'")
  if (request.cause !== undefined && !interruptionCauses.includes(request.cause as InterruptionCause)) {
    throw new TypeError(`the 'cause' of an interruption is ${interruptionCauses.join(' or ')}`)
  }
  for (const name of ['noticeSeconds', 'backSeconds'] as const) {
    const seconds = request[name]
    if (seconds !== undefined && !(typeof seconds === 'number' && seconds >= 0)) {
      throw new TypeError(`'${name}' is a number of seconds`)
    }
  }
  if (request.back !== undefined && request.back !== true) throw new TypeError("'back' is true, or left out")
  return value as InterruptionRequest
}

/** Takes a spot instance back after its notice, as its request says, or brings a stopped one back. Throws for one that cannot be. */
export function interrupt(world: World, asked: InterruptionRequest): object {
  const { instanceId, cause = 'no-capacity', noticeSeconds = noticeDefaultSeconds, backSeconds } = asked
  const request = spotRequestOf(world, instanceId)
  if (!request) throw new TypeError(`${instanceId} is no spot instance`)
  if (asked.back) {
    if (!isInterrupted(request)) throw new TypeError(`${instanceId} was not stopped by an interruption`)
    bringBack(world, request)
    return told(world, request.id)
  }
  if (world.instances.get(instanceId)?.state !== 'running') throw new TypeError(`${instanceId} is no running instance`)
  const atMs = world.now() + noticeSeconds * 1000
  const interruption = { cause, atMs, ...(backSeconds !== undefined && { backAtMs: atMs + backSeconds * 1000 }) }
  if (request.behavior === 'stop') moveRequest(world, request, request.state, 'marked-for-stop', { interruption })
  // For want of room the request is over at once, and its instance when the notice is.
  else if (cause === 'no-capacity')
    moveRequest(world, request, 'closed', 'instance-terminated-no-capacity', { interruption })
  else moveRequest(world, request, request.state, 'marked-for-termination', { interruption })
  world.commit()
  goOnInterrupting(world, request.id)
  return told(world, request.id)
}

function told(world: World, requestId: string): object {
  const { id, instanceId, state, status } = world.spotRequests.get(requestId) ?? {}
  return { spotInstanceRequestId: id, instanceId, state, status }
}

/** Carries an interruption out when its time has come, and brings back what it stopped. Also after a restart of the sandbox. */
export function goOnInterrupting(world: World, requestId: string): void {
  const { background } = world.cloud
  void background.start(`interruption of ${requestId}`, async () => {
    for (;;) {
      const request = world.spotRequests.get(requestId)
      const interruption = request?.interruption
      if (!request || !interruption) return
      const isBack = isInterrupted(request)
      const untilMs = isBack ? interruption.backAtMs : interruption.atMs
      if (untilMs === undefined) return
      const waitMs = untilMs - world.now()
      if (waitMs > 0) await background.sleep(waitMs)
      else if (isBack) return bringBack(world, request)
      else if (!begin(world, request)) return
      else await background.sleep(leastPauseMs)
    }
  })
}

/** Chosen: between two looks whether an instance that is being stopped has stopped. */
const leastPauseMs = 50

/** Whether it is to be looked at again: what was stopped may come back at its time. */
function begin(world: World, { instanceId, behavior, interruption }: SpotRequest): boolean {
  const state = world.instances.get(instanceId)?.state
  if (state === 'stopping') return true
  if (state !== 'running') return false
  const transitionReason = serviceInitiated(world.now())
  const reason = behavior === 'stop' ? 'Server.SpotInstanceShutdown' : 'Server.SpotInstanceTermination'
  const stateReason = { code: reason, message: `${reason}: Spot instance ${endings[behavior]}` }
  updateInstance(world, instanceId, {
    state: behavior === 'stop' ? 'stopping' : 'shutting-down',
    stateReason,
    transitionReason,
  })
  world.commit()
  if (behavior === 'terminate') takeDown(world, instanceId)
  else bringDown(world, instanceId, { force: false })
  return behavior === 'stop' && interruption?.backAtMs !== undefined
}

const endings = { stop: 'shutdown', terminate: 'termination' } as const

function bringBack(world: World, request: SpotRequest): void {
  const { interruption: _over, ...rest } = request
  moveRequest(world, rest, 'active', 'fulfilled')
  updateInstance(world, request.instanceId, {
    state: 'pending',
    publicNumber: freePublicNumber(world),
    stateReason: undefined,
    transitionReason: '',
    launchedAtMs: world.now(),
    impairments: {},
  })
  world.commit()
  bringUp(world, request.instanceId, 'start')
}
