import type { Address } from '../../../model/address.js'
import type { Impact } from '../../../model/change.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import { isUnclaimed } from '../../../model/launch/spot.js'
import { nameTag } from '../../../model/names.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { StepId } from '../../../model/steps/step.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import type { PlannedServer } from '../../decide/servers/server-decision.js'
import type { World } from '../../world.js'
import type { Lowering } from '../lowering.js'

/** By which a request is known as the stack's. */
export function requestTags({ live: { stack } }: World, address: Address): Tags {
  return {
    [tagKeys.name]: nameTag(stack.stack, address),
    [tagKeys.stack]: stack.stack,
    [tagKeys.address]: address,
  }
}

/** Makes the request behind an instance that was adopted the stack's; no step where it is, or is over. */
export function addClaim(
  { graph, world }: Lowering,
  address: Address,
  { spot }: Pick<LiveServer, 'spot'>,
  needs: readonly StepId[],
): readonly StepId[] {
  if (!isUnclaimed(spot)) return []
  const { requestId } = spot
  const fields = { target: address, resourceId: requestId, tags: requestTags(world, address), removeTags: [] }
  return [graph.add('tag-resource', address, fields, { suffix: requestId, needs })]
}

export function addCancellation(
  { graph }: Lowering,
  address: Address,
  requestId: string,
  instanceId: string | undefined,
  needs: readonly StepId[],
  impact: Impact = 'none',
): StepId {
  const fields = { requestId, ...(instanceId !== undefined && { instanceId }) }
  return graph.add('cancel-spot-request', address, fields, { suffix: requestId, needs, impact })
}

/** The ends of requests that outlived their instances: nothing is launched beside them. */
export function cancellationsOf({ address, requests }: Pick<PlannedServer, 'address' | 'requests'>): readonly StepId[] {
  return requests.map(({ id }) => stepId('cancel-spot-request', address, id))
}
