import type { EnsureInterface } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

/** Binds the address to the interface with its private address. */
export async function ensureInterface(step: EnsureInterface, context: StepContext): Promise<Effect> {
  const { ports, bindings, once } = context
  const { interfaceId, takesFrom, subnet, subnetId, privateIp, secondaryPrivateIps, sourceDestCheck, tags } = step
  const { effect, ...made } = await ports.cloud.ensureInterface({
    id: interfaceId,
    owner: ownerOf(step.address, context),
    instanceId: bindings.idOf(step.server),
    takesFrom,
    subnetId: subnet === undefined ? (subnetId ?? '') : bindings.idOf(subnet),
    groupIds: [...step.securityGroups.map((group) => bindings.idOf(group)), ...(step.existingGroupIds ?? [])],
    privateIp,
    secondaryPrivateIps,
    sourceDestCheck,
    tags,
    once,
  })
  bindings.bind(step.address, made)
  return effect
}
