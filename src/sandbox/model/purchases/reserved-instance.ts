/** Capacity, or a price, that the account has bought for so many instances (EC2 API reference, ReservedInstances). */
export interface ReservedInstance {
  /** A UUID, as EC2 gives them. */
  readonly id: string
  readonly sequence: number
  readonly instanceType: string
  /** Undefined: it holds in the whole region. */
  readonly zone: string | undefined
  readonly count: number
  readonly startsAtMs: number
  readonly endsAtMs: number
}

/** Bought by a payment that is through: `active` until its end. */
export function stateOf({ endsAtMs }: ReservedInstance, nowMs: number): 'active' | 'retired' {
  return endsAtMs > nowMs ? 'active' : 'retired'
}
