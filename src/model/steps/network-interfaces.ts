import type { Address } from '../address.js'
import type { Tags } from '../tags.js'
import type { StepBase } from './step-base.js'

/** Makes it where it is not there, attaches it to its server, from whichever of that one's instances it is on, and makes it as the file says. */
export interface EnsureInterface extends StepBase {
  readonly kind: 'ensure-interface'
  /** Undefined: it is made. */
  readonly interfaceId: string | undefined
  /** The instance from which it may be taken; left out: from none. */
  readonly takesFrom?: string
  readonly server: Address
  /** Exactly one of subnetId and subnet: one that is made in this plan. */
  readonly subnetId: string | undefined
  readonly subnet?: Address
  readonly securityGroups: readonly Address[]
  /** Of groups beside that the stack does not own; left out: none. */
  readonly existingGroupIds?: readonly string[]
  /** Undefined: EC2 chooses. */
  readonly privateIp: string | undefined
  readonly secondaryPrivateIps: readonly string[]
  readonly sourceDestCheck: boolean
  /** Of one that is made. */
  readonly tags: Tags
}

/** Detaches it from this instance, where it is on that, and deletes it. */
export interface RemoveInterface extends StepBase {
  readonly kind: 'remove-interface'
  readonly interfaceId: string
  readonly instanceId: string | undefined
}
