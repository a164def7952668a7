import type { Tags } from '../../../model/tags.js'
import type { Created, Once, Owned, Owner } from '../cloud-words.js'
import type { Effect } from '../effect.js'

/** What can be done with network interfaces beside those that servers are launched with. */
export interface InterfaceCloud {
  /**
   * Makes one where `id` names none; makes it as asked, and attaches it to the instance. Rejects where it is not there any
   * more, or attached to another instance than `takesFrom`: nothing is taken from anybody.
   */
  ensureInterface(request: InterfaceRequest & Once): Promise<EnsuredInterface>
  /** Detaches it from the instance, where it is on that one, and deletes it. Rejects where it is on another. */
  removeInterface(request: Owned & { readonly instanceId: string | undefined }): Promise<Effect>
}

export interface InterfaceRequest {
  readonly id: string | undefined
  readonly owner: Owner
  readonly instanceId: string
  readonly takesFrom: string | undefined
  readonly subnetId: string
  readonly groupIds: readonly string[]
  readonly privateIp: string | undefined
  readonly secondaryPrivateIps: readonly string[]
  readonly sourceDestCheck: boolean
  /** Of one that is made. */
  readonly tags: Tags
}

export interface EnsuredInterface extends Created {
  readonly privateIp: string
  readonly effect: Effect
}

/** What an observation asks of network interfaces. */
export interface InterfaceQuery {
  /** Ask for the stack's; they are asked for in any case where its ledger names one. */
  readonly interfaces?: boolean
}
