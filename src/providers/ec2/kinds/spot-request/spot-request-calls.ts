import type { SpotInstanceRequest } from '@aws-sdk/client-ec2'
import type { Effect, SpotRequestCloud } from '../../../../executor/ports.js'
import { endsWithRequest } from '../../../../model/launch/spot.js'
import { tagKeys } from '../../../../model/tags.js'
import { providerError } from '../../errors/provider-errors.js'
import { readConfirmed } from '../../tags/ownership.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { liveRequest } from './live-request.js'
import { readSpotRequest } from './read-spot-requests.js'

/** How spot requests go. */
export function createSpotRequestCalls(api: Ec2Api): SpotRequestCloud {
  /**
   * The request in the moment before it is cancelled. It keeps the address that its server had at launch: that it is the stack's, and
   * the one behind the instance, says whose it is. One behind an adopted instance carries no tags.
   */
  async function readOwn(id: string, stack: string, instanceId: string | undefined) {
    const request = await readConfirmed(api, id, readSpotRequest)
    if (request === undefined) return undefined
    const owner = tagsOf(request.Tags)[tagKeys.stack]
    const isBehind = instanceId !== undefined && request.InstanceId === instanceId
    const isOwn = owner === stack || (owner === undefined && isBehind)
    const live = liveRequest(request)
    if (isOwn && (isBehind || isOver(request) || !endsWithRequest(live))) return request
    const why = isOwn
      ? `${live.instanceId ?? 'an instance'} is stopped, and EC2 would end it together with ${id}: it is not of stack ${stack}`
      : `${id} is no spot request of stack ${stack}`
    throw providerError('EC2_NOT_OURS', 'permission', why, {
      hint: 'nothing was done to it; plan again to see what the stack has now',
    })
  }

  async function cancelSpotRequest({
    id,
    owner: { stack },
    instanceId,
  }: Parameters<SpotRequestCloud['cancelSpotRequest']>[0]): Promise<Effect> {
    const request = await readOwn(id, stack, instanceId)
    if (request === undefined || isOver(request)) return 'unchanged'
    const confirm = async () => void (await readOwn(id, stack, instanceId))
    await api.call('CancelSpotInstanceRequests', { SpotInstanceRequestIds: [id] }, { seen: true, confirm })
    return 'done'
  }

  return { cancelSpotRequest }
}

function isOver({ State }: SpotInstanceRequest): boolean {
  return State === 'closed' || State === 'cancelled' || State === 'failed'
}
