import type { NetworkMaking, NetworkWork } from '../kinds/network-work.js'
import type { NetworkPart } from '../kinds/network.js'
import type { Tags } from '../tags.js'
import type { StepBase } from './step-base.js'

export interface CreateNetwork extends StepBase {
  readonly kind: 'create-network'
  readonly making: NetworkMaking
  readonly tags: Tags
}

export interface ModifyNetwork extends StepBase {
  readonly kind: 'modify-network'
  /** Undefined: the one that this plan makes. */
  readonly partId: string | undefined
  readonly work: NetworkWork
}

export interface DeleteNetwork extends StepBase {
  readonly kind: 'delete-network'
  readonly part: NetworkPart
  readonly partId: string
}
