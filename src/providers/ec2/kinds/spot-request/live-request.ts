import type { Instance, SpotInstanceRequest } from '@aws-sdk/client-ec2'
import { notShown, type LiveSpot, type LiveSpotRequest, type SpotOptions } from '../../../../model/launch/spot.js'
import { tagKeys } from '../../../../model/tags.js'
import { tagsOf } from '../../tags/tag-lists.js'
import { textOf } from '../../wire/text-of.js'

const states = ['open', 'active', 'disabled', 'closed', 'cancelled', 'failed'] as const

/** A request in the model's words; whose it is, its tags say. */
export function liveRequest(request: SpotInstanceRequest): Omit<LiveSpotRequest, 'address'> {
  const instanceId = textOf(request.InstanceId)
  const { Code: status = '', UpdateTime } = request.Status ?? {}
  return {
    id: request.SpotInstanceRequestId ?? '',
    tags: tagsOf(request.Tags),
    state: states.find((state) => state === request.State) ?? 'failed',
    status,
    ...(UpdateTime && { since: UpdateTime.toISOString() }),
    isPersistent: request.Type === 'persistent',
    ...(instanceId !== undefined && { instanceId }),
  }
}

/** What stands behind an instance, and as what it was launched; nothing for one on demand, or where EC2 shows its request no more. */
export function spotOf(
  instance: Instance,
  requests: ReadonlyMap<string | undefined, SpotInstanceRequest>,
): { readonly spot?: LiveSpot; readonly launched?: SpotOptions } {
  const requestId = textOf(instance.SpotInstanceRequestId)
  if (requestId === undefined) return {}
  const request = requests.get(requestId)
  if (!request) return { spot: { requestId, state: 'closed', status: notShown, isPersistent: false } }
  const { state, status, isPersistent, tags } = liveRequest(request)
  const interruption = interruptionOf(instance, status)
  const price = Number(request.SpotPrice)
  return {
    spot: {
      requestId,
      state,
      status,
      isPersistent,
      ...(interruption && { interruption }),
      ...(tags[tagKeys.stack] === undefined && { isUntagged: true }),
    },
    launched: {
      interruption: request.InstanceInterruptionBehavior === 'stop' ? 'stop' : 'terminate',
      ...(price > 0 && { maxPrice: price }),
    },
  }
}

/** EC2 User Guide, "Get the status of a Spot Instance request": while it stops, the status does not say who stopped it; the instance does. */
function interruptionOf({ State, StateReason }: Instance, status: string): LiveSpot['interruption'] {
  const state = State?.Name
  if (state === 'stopping' || state === 'stopped') {
    const isByEc2 = status.startsWith('instance-stopped-')
      ? status !== 'instance-stopped-by-user'
      : StateReason?.Code?.startsWith('Server.Spot') === true
    return isByEc2 ? 'stopped' : undefined
  }
  // A stop that somebody asked for is marked so, too, and is seen in the instance at once.
  return /^(?:marked-for-|instance-terminated-)/.test(status) ? 'announced' : undefined
}
