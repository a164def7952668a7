import type { Address } from '../../../model/address.js'
import { isMade, isPlannedVolume, type VolumeDecision } from './volume-decision.js'

/** What becomes of a volume, for what is copied to it, from it or of it. */
export interface VolumeOutlook {
  /** It is made in this plan, also where it takes the place of another one: what is there now says nothing of it. */
  readonly isMade: boolean
  /** Another takes the place of the one that is there. */
  readonly isSuperseded: boolean
}

/** The outlooks of all volumes for which something is planned, or that stay as they are. */
export type VolumeOutlooks = ReadonlyMap<Address, VolumeOutlook>

export function volumeOutlooksOf(decisions: Iterable<VolumeDecision>): VolumeOutlooks {
  const outlooks = new Map<Address, VolumeOutlook>()
  for (const decision of decisions) {
    if (!isPlannedVolume(decision)) continue
    outlooks.set(decision.address, { isMade: isMade(decision), isSuperseded: decision.kind === 'swap' })
  }
  return outlooks
}
