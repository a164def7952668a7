import type { Address } from '../../../model/address.js'
import { canBeStopped, unstoppable } from '../../../model/launch/spot.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { errorOf } from '../decided.js'
import { instanceStoreProblems } from '../servers/server-end.js'
import type { Builder } from './image-decision.js'

/** What is told of a server that is stopped for an image, and what keeps it from that. */
export function restProblems(
  { live, servers }: World,
  image: Address,
  builder: Builder | undefined,
): readonly Problem[] {
  if (builder?.runs !== true) return []
  const { server } = builder
  if (servers.get(server)?.options?.stopProtection === true) {
    const message = `${image} is made of ${server} at rest, and that is protected from being stopped`
    return [errorOf(image, 'PLAN_PROTECTED', message, `set stopProtection: false in ${server} to let it be stopped`)]
  }
  const instance = live.servers.get(server)
  const isBuilder = instance !== undefined && instance.id === builder.instanceId
  if (isBuilder && instance.spot && !canBeStopped(instance)) {
    const message = `${image} is made of ${server} at rest, and ${instance.id} is not stopped: ${unstoppable(instance.spot)}`
    const hint = `write \`spot: { interruption: stop }\` for ${server}, or take its \`spot\` out: another takes its place`
    return [errorOf(image, 'PLAN_SPOT_STATE', message, hint)]
  }
  return instance ? instanceStoreProblems(instance) : []
}
