import type { RefreshSpec } from '../../../model/kinds/scaling-group.js'
import type { PlannedScaling, PlannedTemplate } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import type { Owned, Owner } from '../cloud-words.js'
import type { Effect } from '../effect.js'

/** What can be done with scaling groups. */
export interface ScalingGroupCloud {
  /** Makes template and group; what is there of them by name, and ours, is kept. Waits until its members are in service. */
  createScalingGroup(request: ScalingRequest & { readonly tags: Tags; readonly template: TemplateRequest }): Promise<{
    readonly id: string
  }>
  /** Makes everything of one that is there as the request says, but for its template. */
  modifyScalingGroup(request: ScalingRequest & { readonly id: string }): Promise<Effect>
  /** Has its members replaced; rejects where Auto Scaling gave that up, and says what it went back to. */
  refreshScalingGroup(
    request: Owned & {
      readonly name: string
      readonly template: TemplateRequest
      readonly refresh: RefreshSpec
      readonly onProgress: (percent: number, words: string) => void
    },
  ): Promise<Effect>
  /** Ends its members with it, waits, and deletes the templates. */
  deleteScalingGroup(request: {
    readonly owner: Owner
    readonly id: string | undefined
    readonly name: string | undefined
    readonly templateIds: readonly string[]
    readonly onState: (words: string) => void
  }): Promise<Effect>
  /** Deletes those of these templates that the group does not use. */
  deleteLaunchTemplates(request: {
    readonly owner: Owner
    readonly name: string
    readonly templateIds: readonly string[]
  }): Promise<Effect>
}

export interface TemplateRequest extends Omit<PlannedTemplate, 'imageId' | 'image' | 'securityGroups' | 'userData'> {
  readonly imageId: string
  readonly groupIds: readonly string[]
  readonly userData: string | undefined
  /** The same text also when it is tried again. */
  readonly once: string
}

export interface ScalingRequest extends Omit<PlannedScaling, 'template' | 'subnets' | 'loadBalancer'> {
  readonly owner: Owner
  readonly targetGroupIds: readonly string[]
  readonly awaitsTraffic: boolean
  readonly onState: (words: string) => void
}

/** What an observation asks of scaling groups. */
export interface ScalingGroupQuery {
  /** Ask for the stack's; they are asked for in any case where its ledger names one. */
  readonly scalingGroups?: boolean
}
