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
  /** Undefined: the default VPC. */
  readonly vpcId: string | undefined
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

export interface AuthorizeIngress extends StepBase {
  readonly kind: 'authorize-ingress'
  readonly rules: readonly PlannedRule[]
}

export interface RevokeIngress extends StepBase {
  readonly kind: 'revoke-ingress'
  readonly groupId: string
  readonly rules: readonly PlannedRule[]
}

export interface DeleteSecurityGroup extends StepBase {
  readonly kind: 'delete-security-group'
  readonly groupId: string
}
