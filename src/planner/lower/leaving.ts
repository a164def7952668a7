import type { Address } from '../../model/address.js'
import type { Decisions } from '../decide/decisions.js'
import { isUnmounted, releaseOf } from '../decide/volumes/volume-decision.js'

/** The volumes that leave one instance, or are unmounted on it as it is now. */
export interface VolumesLeaving {
  readonly released: readonly Address[]
  readonly unmounted: readonly Address[]
}

/** What leaves a server that stays, by its address, and an instance, by its id. */
export type Leaving = (key: string) => VolumesLeaving

const none: VolumesLeaving = { released: [], unmounted: [] }

/** Looks through all volumes once. */
export function volumesLeaving({ volumes }: Pick<Decisions, 'volumes'>): Leaving {
  const leaving = new Map<string, { released: Address[]; unmounted: Address[] }>()
  const of = (key: string) => {
    const known = leaving.get(key) ?? { released: [], unmounted: [] }
    leaving.set(key, known)
    return known
  }
  for (const decision of volumes.values()) {
    const release = releaseOf(decision)
    const key = release?.instanceId ?? ('inside' in decision ? decision.inside?.server : undefined)
    if (key === undefined) continue
    if (release) of(key).released.push(decision.address)
    if (isUnmounted(decision)) of(key).unmounted.push(decision.address)
  }
  return (key) => leaving.get(key) ?? none
}
