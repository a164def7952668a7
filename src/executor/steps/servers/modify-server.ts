import type { Address } from '../../../model/address.js'
import type { ServerOptionChanges } from '../../../model/launch/server-options.js'
import type { ModifyServer } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { instanceOf, ownerOf, type StepContext } from '../step-context.js'

/** One call for each attribute that changes; EC2 takes one attribute a call. */
export async function modifyServer(step: ModifyServer, context: StepContext): Promise<Effect> {
  const { cloud } = context.ports
  const target = {
    instanceId: instanceOf(step.address, step.instanceId, context),
    owner: ownerOf(step.address, context),
  }
  const effects: Effect[] = []
  if (step.type !== undefined) effects.push(await cloud.setServerType({ ...target, type: step.type }))
  if (step.userData !== undefined) {
    const userData = context.bindings.render(step.userData)
    effects.push(await cloud.setServerUserData({ ...target, userData }))
  }
  if (step.securityGroups !== undefined) {
    const own = step.securityGroups.map((group) => context.bindings.idOf(group))
    const groupIds = [...own, ...(step.existingGroupIds ?? [])]
    effects.push(await cloud.setServerGroups({ ...target, groupIds }))
  }
  if (step.protect !== undefined) effects.push(await cloud.setServerProtection({ ...target, protect: step.protect }))
  if (step.options !== undefined)
    effects.push(await cloud.setServerOptions({ ...target, options: withGroupId(step.options, context) }))
  return effects.includes('done') ? 'done' : 'unchanged'
}

/** The placement group as EC2 takes it. */
function withGroupId({ placement, ...options }: ServerOptionChanges, { bindings }: StepContext): ServerOptionChanges {
  if (!placement) return options
  const group = placement.group ? bindings.idOf(placement.group as Address) : placement.group
  return { ...options, placement: { ...placement, ...(group !== undefined && { group }) } }
}
