import type { Tags } from '../../model/tags.js'
import type { Created, Once, Owned, Owner } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with security groups and their rules. */
export interface SecurityGroupCloud {
  createSecurityGroup(
    request: {
      readonly groupName: string
      readonly description: string
      readonly vpcId: string | undefined
      readonly tags: Tags
    } & Once,
  ): Promise<Created>
  /** Adds rules; one that is there already counts as done. */
  authorizeIngress(request: RulesRequest): Promise<Effect>
  authorizeEgress(request: RulesRequest): Promise<Effect>
  /** Takes rules away; one that is not there counts as done. */
  revokeIngress(request: RulesRequest & { readonly owner: Owner }): Promise<Effect>
  revokeEgress(request: RulesRequest & { readonly owner: Owner }): Promise<Effect>
  /** Waits out `DependencyViolation` of what is still going away. */
  deleteSecurityGroup(request: Owned): Promise<Effect>
}

export interface RulesRequest {
  readonly groupId: string
  readonly rules: readonly Ec2Rule[]
}

/** A rule with ids; ports -1 with protocol `-1` (all). */
export interface Ec2Rule {
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly source:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'security-group'; readonly groupId: string }
    | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  readonly description: string | undefined
}
