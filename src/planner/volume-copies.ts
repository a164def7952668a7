import type { Address } from '../model/address.js'
import type { StepId } from '../model/step.js'
import type { Tags } from '../model/tags.js'
import type { VolumeOrigin } from './decide/volumes/volume-decision.js'

/** What rules that copy whole volumes mean for the volumes: decided before these are planned. */
export interface VolumeCopies {
  /** Volumes that are never formatted, since their content comes from a rule; `waiting`: it cannot come in this plan. */
  readonly filled: Map<Address, { readonly sync: Address; readonly state: 'due' | 'done' | 'waiting' }>
  /** Copies of this plan by each volume that must rest meanwhile, source or destination. */
  readonly resting: Map<Address, StepId[]>
  /** Destinations whose filesystem is to fill a larger device. */
  readonly growing: Set<Address>
  /** By destination: what a volume is made from that is to be a clone of another. */
  readonly clones: Map<Address, { readonly of: Address; readonly origin: VolumeOrigin }>
  /** By destination: the tag that records the rule, for a volume that is made with that content. */
  readonly records: Map<Address, Tags>
}

export function newVolumeCopies(): VolumeCopies {
  return { filled: new Map(), resting: new Map(), growing: new Set(), clones: new Map(), records: new Map() }
}
