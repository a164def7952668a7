import type { LiveTarget } from '../../model/kinds/load-balancer.js'
import type { PlannedBalancing } from '../../model/steps/step.js'
import type { Tags } from '../../model/tags.js'
import type { Owned, Owner } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with load balancers. */
export interface LoadBalancerCloud {
  /** Makes target group, balancer and listeners; what is there of them by name, and ours, is kept. Waits until it is active. */
  createLoadBalancer(request: BalancingRequest): Promise<MadeBalancer>
  /** Makes everything of one that is there as the request says. */
  modifyLoadBalancer(
    request: BalancingRequest & { readonly id: string; readonly instanceIds: readonly string[] },
  ): Promise<MadeBalancer & { readonly effect: Effect }>
  registerTarget(request: TargetRequest & { readonly port: number }): Promise<Effect>
  /** Waits until it gets traffic; rejects with what Elastic Load Balancing says of it when it does not in time. */
  awaitTarget(
    request: TargetRequest & {
      readonly port: number
      readonly timeoutSeconds: number
      readonly onState: (state: string) => void
    },
  ): Promise<Effect>
  /** Nothing new is sent to it, at that port or at any; waits until it has drained. */
  deregisterTarget(
    request: TargetRequest & { readonly port?: number; readonly onState: (state: string) => void },
  ): Promise<Effect>
  /** All targets of a target group, as they stand; none where there is no such group any more. */
  readTargets(targetGroupId: string): Promise<readonly LiveTarget[]>
  deleteLoadBalancer(request: {
    readonly owner: Owner
    readonly loadBalancerIds: readonly string[]
    readonly targetGroupIds: readonly string[]
  }): Promise<Effect>
}

export interface BalancingRequest extends Omit<PlannedBalancing, 'securityGroups' | 'existingGroupIds'> {
  readonly owner: Owner
  readonly securityGroupIds: readonly string[]
  readonly tags: Tags
}

export interface MadeBalancer {
  readonly id: string
  readonly dnsName: string
  readonly targetGroupId: string
}

/** `id` is the target group's. */
interface TargetRequest extends Owned {
  readonly instanceId: string
}

/** What an observation asks of load balancers. */
export interface LoadBalancerQuery {
  /** Ask for the stack's; they are asked for in any case where its ledger names one. */
  readonly loadBalancers?: boolean
  /** Ask for the default subnets. */
  readonly defaultSubnets?: boolean
}
