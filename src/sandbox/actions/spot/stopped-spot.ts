import { isInterrupted } from '../../model/spot-request.js'
import { spotRequestOf } from '../../lifecycle/spot/request-states.js'
import { ApiError } from '../../wire/api-error.js'
import type { World } from '../../world/world.js'

/** EC2 User Guide, "Stop a Spot Instance"; EC2's words from third-party logs, but for a cancelled request, whose are made after them. */
export function checkStop(world: World, id: string): void {
  const request = spotRequestOf(world, id)
  if (!request) return
  if (request.type === 'one-time') {
    throw new ApiError(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    )
  }
  if (request.state === 'cancelled') {
    throw new ApiError(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${id}' because the associated Spot Instance request is canceled.`,
    )
  }
}

/** Its request must be disabled, and it must be its owner who stopped it; EC2's words from third-party logs. */
export function checkStart(world: World, id: string): void {
  const request = spotRequestOf(world, id)
  if (!request) return
  if (isInterrupted(request)) {
    throw new ApiError(
      'Unsupported',
      `You can't start the Spot Instance '${id}' because there is no available Spot capacity.`,
    )
  }
  if (request.state !== 'disabled') {
    throw new ApiError(
      'IncorrectSpotRequestState',
      `You can't start the Spot Instance '${id}' because the associated Spot Instance request is not in an appropriate state to support start.`,
    )
  }
}

/** Attributes that a spot instance does not have, or keeps (EC2 User Guide, "Stop interrupted Spot Instances"). */
const fixedOnSpot: ReadonlySet<string> = new Set(['DisableApiTermination', 'DisableApiStop', 'InstanceType'])

/** EC2's words for one of them, from third-party logs. */
export function checkSpotAttribute(world: World, id: string, name: string): void {
  if (!fixedOnSpot.has(name) || !spotRequestOf(world, id)) return
  const attribute = (name[0] ?? '').toLowerCase() + name.slice(1)
  throw new ApiError('UnsupportedOperation', `Modifying '${attribute}' is not supported for spot instances.`)
}
