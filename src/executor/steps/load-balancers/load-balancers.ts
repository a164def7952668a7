import { required } from '../../../core/assert.js'
import { isAddress, type Address } from '../../../model/address.js'
import type {
  AwaitTarget,
  CreateLoadBalancer,
  DeregisterTarget,
  ModifyLoadBalancer,
  RegisterTarget,
} from '../../../model/steps/step.js'
import type { BalancingRequest, Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

export async function createLoadBalancer(step: CreateLoadBalancer, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  bindings.bind(step.address, await ports.cloud.createLoadBalancer(requestOf(step, context)))
  return 'done'
}

export async function modifyLoadBalancer(step: ModifyLoadBalancer, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  const { instanceIds } = step
  const id = bindings.idOf(step.address)
  const { effect, ...made } = await ports.cloud.modifyLoadBalancer({ ...requestOf(step, context), id, instanceIds })
  bindings.bind(step.address, made)
  return effect
}

function requestOf(step: CreateLoadBalancer | ModifyLoadBalancer, context: StepContext): BalancingRequest {
  const { securityGroups, name, groupName, balancerKind, internal, vpcId, subnetIds, listeners } = step
  const { port, protocol, health, drainSeconds, stickySeconds, protect, tags, existingGroupIds = [] } = step
  const made = (id: string) => (isAddress(id) ? context.bindings.idOf(id) : id)
  return {
    owner: ownerOf(step.address, context),
    securityGroupIds: [...securityGroups.map((group) => context.bindings.idOf(group)), ...existingGroupIds],
    name,
    groupName,
    balancerKind,
    internal,
    vpcId: made(vpcId),
    subnetIds: subnetIds.map(made),
    listeners,
    port,
    protocol,
    health,
    drainSeconds,
    stickySeconds,
    protect,
    tags,
  }
}

export function registerTarget({ address, server, port }: RegisterTarget, context: StepContext): Promise<Effect> {
  const instanceId = context.bindings.idOf(server)
  return context.ports.cloud.registerTarget({ ...groupOf(address, context), instanceId, port })
}

export function awaitTarget(
  { address, server, port, timeoutSeconds }: AwaitTarget,
  context: StepContext,
): Promise<Effect> {
  return context.ports.cloud.awaitTarget({
    ...groupOf(address, context),
    instanceId: context.bindings.idOf(server),
    port,
    timeoutSeconds,
    onState: (state) => context.progress(undefined, state),
  })
}

export async function deregisterTarget(
  { address, targetGroupIds, instanceId, port }: DeregisterTarget,
  context: StepContext,
): Promise<Effect> {
  const ids = new Set([...targetGroupIds, context.bindings.get(address)?.targetGroupId ?? []].flat())
  const effects = await Promise.all(
    [...ids].map((id) =>
      context.ports.cloud.deregisterTarget({
        id,
        owner: ownerOf(address, context),
        instanceId,
        ...(port !== undefined && { port }),
        onState: (state) => context.progress(undefined, state),
      }),
    ),
  )
  return effects.includes('done') ? 'done' : 'unchanged'
}

/** The target group that the balancer has by now. */
function groupOf(address: Address, context: StepContext) {
  const id = required(context.bindings.get(address)?.targetGroupId, `the target group of ${address}`)
  return { id, owner: ownerOf(address, context) }
}
