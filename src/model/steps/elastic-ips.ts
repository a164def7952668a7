import type { Address } from '../address.js'
import type { StepBase } from './step-base.js'
import type { Tags } from '../tags.js'

export interface AllocateAddress extends StepBase {
  readonly kind: 'allocate-address'
  readonly tags: Tags
}

export interface AssociateAddress extends StepBase {
  readonly kind: 'associate-address'
  /** Undefined: the one that this plan allocates. */
  readonly allocationId: string | undefined
  /** The server that it leads to from then on, as it is when the step begins. */
  readonly server: Address
}

export interface DisassociateAddress extends StepBase {
  readonly kind: 'disassociate-address'
  readonly allocationId: string
  /** The server that it leads to until then, and which of its instances. */
  readonly server: Address
  readonly instanceId: string
}

export interface ReleaseAddress extends StepBase {
  readonly kind: 'release-address'
  readonly allocationId: string
}
