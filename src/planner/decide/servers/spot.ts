import type { Address } from '../../../model/address.js'
import type { Diff } from '../../../model/change.js'
import type { LiveServer, ServerSpec } from '../../../model/kinds/server.js'
import {
  canBeStopped,
  canceledAndRunning,
  endsWithRequest,
  interruptionText,
  isOpen,
  isUnclaimed,
  unstoppable,
  waitsForRoom,
  type LiveSpotRequest,
} from '../../../model/launch/spot.js'
import { mutabilityOf } from '../../../model/mutability.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { inEntry, warningOf } from '../decided.js'

/**
 * Requests of an address for which EC2 would launch an instance, or has launched one, and behind which none of the stack's is; but for
 * those with which it would end an instance that is not of the stack.
 */
export function leftRequests({ live }: World, address: Address): readonly LiveSpotRequest[] {
  const requests = live.spotRequests.get(address) ?? []
  return requests.filter((one) => {
    if (!isOpen(one)) return false
    const id = one.instanceId ?? ''
    return !live.serversById.has(id) && (live.endingServers.has(id) || !endsWithRequest(one))
  })
}

/** How they stand in a change. */
export function leftDiffs(requests: readonly LiveSpotRequest[]): readonly Diff<'server'>[] {
  return requests.map(({ id }) => ({ path: 'spot.request', before: id, after: null, cause: 'drift' }))
}

/** The request behind an adopted instance becomes the stack's as the instance does: it could not be cancelled by its tag, else. */
export function claimDiffs({ spot }: LiveServer): readonly Diff<'server'>[] {
  return isUnclaimed(spot) ? [{ path: 'spot.request', before: null, after: spot.requestId, cause: 'drift' }] : []
}

/** What no apply heals: an instance behind a request of the stack's that carries none of its tags. */
export function relaunchProblems({ live }: World, address: Address): readonly Problem[] {
  const requests = live.spotRequests.get(address) ?? []
  return requests.flatMap((request) => {
    const { id, instanceId, isGone, state, status, isPersistent } = request
    const isStopped = isOpen(request) && endsWithRequest(request)
    const mayRun = state === 'active' || status === canceledAndRunning
    const isOurs = live.serversById.has(instanceId ?? '') || live.endingServers.has(instanceId ?? '')
    if (!isPersistent || !(mayRun || isStopped) || instanceId === undefined || isGone === true || isOurs) return []
    const left = isStopped ? 'it is left alone, and so is the request, with which EC2 would end it' : 'it is left alone'
    const message = `EC2 launched ${instanceId} for ${id}, a spot request of ${address}, and it carries none of the stack's tags: the stack's own had ended before, or somebody took them off; ${left}`
    const hint = `look at it; ${isStopped ? `cancel ${id}` : 'terminate it'} in EC2, or adopt it with \`instanceId\``
    return [warningOf(address, 'PLAN_SPOT_INTERRUPTED', message, hint)]
  })
}

/** The interruption that ended the last instance of an address; undefined where EC2 shows none. */
export function takenBack({ live }: World, address: Address): LiveSpotRequest | undefined {
  const ended = (live.spotRequests.get(address) ?? []).filter(({ state }) => state !== 'active' && state !== 'disabled')
  const last = [...ended].sort((left, right) => ((left.since ?? '') < (right.since ?? '') ? 1 : -1))[0]
  return last?.status.startsWith('instance-terminated-') && interruptionText(last.status) !== undefined
    ? last
    : undefined
}

/** Why it is not there any more, in a sentence. */
export function takenBackText({ instanceId, status, since }: LiveSpotRequest): string {
  const at = since === undefined ? '' : ` at ${since}`
  return `EC2 took its spot instance${instanceId === undefined ? '' : ` ${instanceId}`} back${at}: ${interruptionText(status)} (${status})`
}

/** What EC2 does to a server that is there, for people. */
export function interruptionProblems({ address, id, spot }: LiveServer): readonly Problem[] {
  if (spot?.interruption === undefined) return []
  const why = interruptionText(spot.status)
  const because = why === undefined ? spot.status : `${why} (${spot.status})`
  const message =
    spot.interruption === 'stopped'
      ? `EC2 has stopped ${address} (${id}), a spot instance: ${because}`
      : `EC2 is about to take ${address} (${id}) back, a spot instance: ${because}`
  const hint =
    spot.interruption === 'stopped'
      ? stoppedHint
      : spot.isPersistent
        ? 'it will be stopped, and EC2 starts it again when there is room'
        : 'it will end, and the apply after that makes another'
  return [inEntry(warningOf(address, 'PLAN_SPOT_INTERRUPTED', message, hint), 'spot')]
}

const stoppedHint =
  'EC2 alone starts it again, when there is room for its type in its zone; `--replace` with its address makes another now'

/** As long as EC2 keeps a server stopped, it is planned as one that is to be stopped. */
export function withoutStart(spec: ServerSpec, live: LiveServer): ServerSpec {
  return isAwaited(spec, live) ? { ...spec, state: 'stopped' } : spec
}

/** Whether the file wants it to run, and EC2 keeps it stopped. */
export function isAwaited({ state }: ServerSpec, live: LiveServer): boolean {
  return state === 'running' && waitsForRoom(live)
}

/** That it does not run, which no step changes. */
export function awaitedDiff(cause: Diff['cause']): Diff<'server'> {
  return {
    path: 'state',
    before: 'stopped',
    after: 'running',
    cause,
    left: `an interruption has stopped it: ${stoppedHint}`,
  }
}

/** Why another instance must take the place of a spot instance for this change, which others go through as they are; undefined: none must. */
export function spotForces(
  { onUserDataChange }: ServerSpec,
  { spot, ...live }: LiveServer,
  { path, after }: Diff<'server'>,
): string | undefined {
  if (!spot) return undefined
  // EC2 User Guide, "Stop interrupted Spot Instances": "… modify some of its instance attributes, but not the instance type".
  if (path === 'type') return 'a spot instance keeps its type'
  const wantsStop =
    mutabilityOf('server', path).how === 'stop' ||
    (path === 'userData' && onUserDataChange === 'stop-start') ||
    (path === 'state' && after === 'stopped')
  if (wantsStop && live.state !== 'stopped' && !canBeStopped({ spot })) return unstoppable(spot)
  const wantsStart = path === 'state' && after === 'running'
  return wantsStart && !isOpen(spot)
    ? `its spot request is ${spot.state}, and EC2 starts no instance of such a request`
    : undefined
}
