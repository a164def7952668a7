/** How a property can change on a live resource, with the source of the fact. */
export interface Mutability {
  /**
   * `in-place`: at any time. `stop`: on a stopped server alone. `replacement`: a new resource takes its place.
   * `fixed`: cannot be changed; of volumes, another one takes the place by way of a snapshot where that can be
   * (planner/decide/volumes/swap.ts).
   */
  readonly how: 'in-place' | 'stop' | 'replacement' | 'fixed'
  /** Stands in plans after "forces replacement" or in the message that refuses. */
  readonly because: string
  readonly source: string
}

/** The answer for every property of a kind: none may be missing. */
export type Mutabilities<Path extends string> = Readonly<Record<Path, Mutability>>
