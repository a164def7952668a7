import type { Address } from '../address.js'
import type { StepBase } from './step-base.js'
import type { Tags } from '../tags.js'

export interface ImportKeyPair extends StepBase {
  readonly kind: 'import-key-pair'
  readonly keyName: string
  /** Undefined: the executor generates a pair on this machine. */
  readonly publicKey: string | undefined
  readonly tags: Tags
}

export interface DeleteKeyPair extends StepBase {
  readonly kind: 'delete-key-pair'
  readonly keyPairId: string
}

export interface CreateSecurityGroup extends StepBase {
  readonly kind: 'create-security-group'
  readonly groupName: string
  readonly description: string
  /** Undefined: the default VPC, or `network`. */
  readonly vpcId: string | undefined
  /** The network in which it is made, where that is made in this plan. */
  readonly network?: Address
  readonly tags: Tags
}

export interface PlannedRule {
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly source:
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'security-group'; readonly address: Address }
    | { readonly kind: 'security-group-id'; readonly groupId: string }
    | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  readonly description: string | undefined
}

/** Rules that a step adds to a group, or takes from it, on one of its sides. */
interface RulesStep extends StepBase {
  readonly rules: readonly PlannedRule[]
}

export interface AuthorizeEgress extends RulesStep {
  readonly kind: 'authorize-egress'
}

export interface RevokeEgress extends RulesStep {
  readonly kind: 'revoke-egress'
  /** Left out: the group that this plan makes, with the rules that EC2 makes it with. */
  readonly groupId?: string
}

export interface AuthorizeIngress extends RulesStep {
  readonly kind: 'authorize-ingress'
}

export interface RevokeIngress extends RulesStep {
  readonly kind: 'revoke-ingress'
  readonly groupId: string
}

export interface DeleteSecurityGroup extends StepBase {
  readonly kind: 'delete-security-group'
  readonly groupId: string
}
