import { isInterrupted, type SpotRequest, type SpotStatus } from '../../model/spot-request.js'
import type { World } from '../../world/world.js'

/** The request behind a spot instance; undefined for one on demand. */
export function spotRequestOf(world: World, instanceId: string): SpotRequest | undefined {
  return world.spotRequests.withKey(instanceId)[0]
}

/** Puts a request into a state. The caller commits. */
export function moveRequest(
  world: World,
  request: SpotRequest,
  state: SpotRequest['state'],
  status: SpotStatus,
  patch: Partial<SpotRequest> = {},
): SpotRequest {
  return world.spotRequests.put({ ...request, state, status, statusAtMs: world.now(), ...patch })
}

/** The instance runs, at its launch or again. */
export function noteRunning(world: World, instanceId: string): void {
  const request = spotRequestOf(world, instanceId)
  if (!request || request.state === 'cancelled' || request.state === 'closed') return
  if (request.status !== 'fulfilled') moveRequest(world, withoutInterruption(request), 'active', 'fulfilled')
}

/** Somebody told it to stop, or its own system did: EC2 sees to the request when it has stopped, and some time later. */
export function noteStopping(world: World, instanceId: string): void {
  const request = spotRequestOf(world, instanceId)
  if (request?.state === 'active') moveRequest(world, request, 'active', 'marked-for-stop')
}

/** It has stopped: only some time later does its request say so, and can it be started (EC2 User Guide, "Stop a Spot Instance"). */
export function noteStopped(world: World, instanceId: string): void {
  const { background, latencies } = world.cloud
  const request = spotRequestOf(world, instanceId)
  if (request?.state !== 'active' || request.status !== 'marked-for-stop') return
  const settle = () => {
    const current = world.spotRequests.get(request.id)
    if (current?.state !== 'active' || current.status !== 'marked-for-stop') return
    const { interruption } = current
    const status = interruption ? (`instance-stopped-${interruption.cause}` as const) : 'instance-stopped-by-user'
    moveRequest(world, current, 'disabled', status)
    world.commit()
  }
  if (latencies.spotStatusMs === 0 || request.interruption) return settle()
  void background.start(`status of ${request.id}`, async () => {
    await background.sleep(latencies.spotStatusMs)
    settle()
  })
}

/** A start came to nothing: it is stopped as it was. */
export function noteStartFailed(world: World, instanceId: string): void {
  const request = spotRequestOf(world, instanceId)
  if (request?.state === 'open') moveRequest(world, request, 'disabled', 'instance-stopped-by-user')
}

/** It has ended. Answers the request where that is open again, and another instance is to be launched for it. */
export function noteTerminated(world: World, instanceId: string): SpotRequest | undefined {
  const request = spotRequestOf(world, instanceId)
  if (!request) return undefined
  const { interruption } = request
  const ended = interruption ? (`instance-terminated-${interruption.cause}` as const) : 'instance-terminated-by-user'
  if (request.state === 'cancelled') {
    noteEndLater(world, request.id, ended)
    return undefined
  }
  if (request.state === 'closed') return undefined
  if (request.type === 'one-time') {
    moveRequest(world, request, 'closed', ended)
    return undefined
  }
  return moveRequest(world, withoutInterruption(request), 'open', 'pending-evaluation')
}

/** Of a cancelled request its status follows the end of its instance some time later, as it follows a stop. */
function noteEndLater(world: World, requestId: string, ended: SpotStatus): void {
  const { background, latencies } = world.cloud
  const settle = () => {
    const current = world.spotRequests.get(requestId)
    if (!current || current.status.startsWith('instance-terminated-')) return
    moveRequest(world, current, 'cancelled', ended)
    world.commit()
  }
  if (latencies.spotStatusMs === 0) return settle()
  void background.start(`end of ${requestId}`, async () => {
    await background.sleep(latencies.spotStatusMs)
    settle()
  })
}

/**
 * Cancels it. Its instance goes on where it runs; one that EC2 had stopped is terminated (EC2 User Guide, "Stop interrupted
 * Spot Instances"): whether it is so is answered.
 */
export function cancelRequest(world: World, request: SpotRequest): { readonly endsInstance: boolean } {
  switch (request.state) {
    case 'open': {
      const isStopped = world.instances.get(request.instanceId)?.state === 'pending'
      moveRequest(
        world,
        request,
        'cancelled',
        isStopped ? 'request-canceled-and-instance-running' : 'canceled-before-fulfillment',
      )
      return { endsInstance: false }
    }
    case 'active':
      moveRequest(world, request, 'cancelled', 'request-canceled-and-instance-running')
      return { endsInstance: false }
    case 'disabled': {
      const endsInstance = isInterrupted(request)
      moveRequest(
        world,
        request,
        'cancelled',
        endsInstance ? 'instance-terminated-by-service' : 'instance-stopped-by-user',
      )
      return { endsInstance }
    }
    case 'closed':
    case 'cancelled':
      return { endsInstance: false }
  }
}

function withoutInterruption({ interruption: _over, ...request }: SpotRequest): SpotRequest {
  return request
}
