import type { Address } from '../address.js'
import type { HealthSpec, ListenerSpec } from '../kinds/load-balancer.js'
import type { Tags } from '../tags.js'
import type { StepBase } from './step-base.js'

/** All that a load balancer is to be, with the names that Elastic Load Balancing knows it and its target group by. */
export interface PlannedBalancing {
  readonly name: string
  readonly groupName: string
  readonly balancerKind: 'application' | 'network'
  readonly internal: boolean
  /** Or its address, and those of its subnets, where the plan makes them. */
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly securityGroups: readonly Address[]
  readonly existingGroupIds?: readonly string[]
  readonly listeners: readonly ListenerSpec[]
  readonly port: number
  readonly protocol: 'http' | 'tcp'
  readonly health: HealthSpec
  readonly drainSeconds: number
  readonly stickySeconds: number | undefined
  readonly protect: boolean
}

/** Makes the target group, the balancer and its listeners, in that order; what is there of them is kept. */
export interface CreateLoadBalancer extends StepBase, PlannedBalancing {
  readonly kind: 'create-load-balancer'
  readonly tags: Tags
}

/** Makes everything of it as the step says. Another target group gets these instances, before everything goes there. */
export interface ModifyLoadBalancer extends StepBase, PlannedBalancing {
  readonly kind: 'modify-load-balancer'
  readonly tags: Tags
  readonly instanceIds: readonly string[]
}

/** From then on it is probed, and gets traffic once it is found healthy. */
export interface RegisterTarget extends StepBase {
  readonly kind: 'register-target'
  readonly server: Address
  readonly port: number
}

/** Waits until the balancer sends traffic to it. */
export interface AwaitTarget extends StepBase {
  readonly kind: 'await-target'
  readonly server: Address
  readonly port: number
  readonly timeoutSeconds: number
}

/** From then on it gets nothing new; waits until what it does is done. */
export interface DeregisterTarget extends StepBase {
  readonly kind: 'deregister-target'
  /** Those in which it is; it leaves the one that the plan puts in their place too. */
  readonly targetGroupIds: readonly string[]
  readonly instanceId: string
  /** It stays at other ports; left out: it leaves for good. */
  readonly port?: number
}

/** Of what another took the place of, or nobody names any more: by their ARNs, balancers first. */
export interface DeleteLoadBalancer extends StepBase {
  readonly kind: 'delete-load-balancer'
  readonly loadBalancerIds: readonly string[]
  readonly targetGroupIds: readonly string[]
}
