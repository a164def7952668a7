import type { Address } from '../address.js'
import type { Mutabilities } from '../property-change.js'
import type { Tagged, UserTags } from '../tags.js'

/** How the instances of a group lie to one another: close together, each on a rack of its own, or in parts that share no rack. */
export interface PlacementGroupSpec {
  readonly address: Address
  readonly strategy: PlacementStrategy
  /** Of `partition` alone; undefined: EC2's two. */
  readonly partitions: number | undefined
  /** Of `spread` alone; undefined: racks. `host` is for Outposts. */
  readonly spreadLevel: SpreadLevel | undefined
  readonly tags: UserTags
}

export type PlacementStrategy = 'cluster' | 'spread' | 'partition'
export type SpreadLevel = 'rack' | 'host'

export interface LivePlacementGroup extends Tagged {
  /** By which EC2 takes it in calls. */
  readonly groupName: string
  readonly strategy: string
  readonly partitions: number | undefined
  readonly spreadLevel: string | undefined
}

/** EC2 User Guide, "Placement group rules and limitations": running instances of a spread group in one zone, on racks. */
export const spreadPerZoneMax = 7

/** The paths under which a placement group's properties stand in changes. */
export type PlacementGroupPath = 'strategy' | 'partitions' | 'spreadLevel'

const fixed = {
  how: 'fixed',
  because: 'EC2 never changes a placement group',
  source: 'EC2 API, CreatePlacementGroup',
} as const

/** How each of them can change, with the source of the fact. */
export const placementGroupMutability: Mutabilities<PlacementGroupPath> = {
  strategy: fixed,
  partitions: fixed,
  spreadLevel: fixed,
}

/** What is recorded of a placement group in its applied tag. */
export const placementGroupAppliedKeys = ['strategy', 'tags'] as const
