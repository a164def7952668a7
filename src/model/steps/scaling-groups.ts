import type { Address } from '../address.js'
import type { MemberOptions, RefreshSpec, ScalingHealth } from '../kinds/scaling-group.js'
import type { RootDisk } from '../kinds/server.js'
import type { Tags } from '../tags.js'
import type { Template } from '../template.js'
import type { StepBase } from './step-base.js'

/** What members are launched from. */
export interface PlannedTemplate {
  readonly imageId: string | undefined
  /** Made in this plan: its id is known after that. */
  readonly image?: Address
  readonly rootDeviceName: string
  readonly type: string
  readonly keyName: string | undefined
  readonly securityGroups: readonly Address[]
  readonly userData: Template | undefined
  readonly rootVolume: RootDisk
  readonly options?: MemberOptions
  /** Of the disks of its members. */
  readonly volumeTags: Tags
  /** Of the template itself. */
  readonly templateTags: Tags
}

/** All that a scaling group is to be. */
export interface PlannedScaling {
  readonly name: string
  readonly template: PlannedTemplate
  readonly min: number
  readonly max: number
  readonly desired: number | undefined
  /** None where it has subnets. */
  readonly zones: readonly string[]
  readonly subnetIds: readonly string[]
  /** Made in this plan, or of the stack's own networks. */
  readonly subnets: readonly Address[]
  readonly health: ScalingHealth
  readonly loadBalancer: Address | undefined
  readonly protect: boolean
}

/** Makes the template and the group; what is there of them is kept. Waits until as many as desired are in service. */
export interface CreateScalingGroup extends StepBase, PlannedScaling {
  readonly kind: 'create-scaling-group'
  readonly tags: Tags
  /** Whether it waits until they are healthy behind their load balancer too. */
  readonly awaitsTraffic: boolean
}

/** Makes everything of it as the step says, but for what its members are launched from. */
export interface ModifyScalingGroup extends StepBase, PlannedScaling {
  readonly kind: 'modify-scaling-group'
  readonly awaitsTraffic: boolean
}

/** Has all members replaced by such of the template; waits, and says how it goes on. */
export interface RefreshScalingGroup extends StepBase {
  readonly kind: 'refresh-scaling-group'
  readonly name: string
  readonly template: PlannedTemplate
  readonly refresh: RefreshSpec
}

/** Its members go with it, and are waited for; its templates go after it. */
export interface DeleteScalingGroup extends StepBase {
  readonly kind: 'delete-scaling-group'
  /** Undefined: there are templates alone. */
  readonly name: string | undefined
  readonly templateIds: readonly string[]
}

/** Templates that nothing is launched from any more; one that is in use by then stays. */
export interface DeleteLaunchTemplates extends StepBase {
  readonly kind: 'delete-launch-templates'
  readonly name: string
  readonly templateIds: readonly string[]
}
