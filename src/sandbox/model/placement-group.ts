/** One placement group; its members say themselves that they are in it. */
export interface PlacementGroup {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly strategy: PlacementStrategy
  /** Of `partition` alone. */
  readonly partitions: number | undefined
  /** Of `spread` alone. */
  readonly spreadLevel: 'rack' | 'host' | undefined
}

export type PlacementStrategy = 'cluster' | 'spread' | 'partition'

/** How an instance was placed, beside its zone. */
export interface Placement {
  readonly groupId: string | undefined
  /** In a group of partitions alone. */
  readonly partition: number | undefined
  readonly tenancy: Tenancy
}

export type Tenancy = 'default' | 'dedicated'

export const nowhere: Placement = { groupId: undefined, partition: undefined, tenancy: 'default' }
