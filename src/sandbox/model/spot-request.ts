/** What stands behind a spot instance: a request that is fulfilled by the launch that makes it, once. */
export interface SpotRequest {
  readonly id: string
  readonly sequence: number
  readonly instanceId: string
  readonly state: 'active' | 'closed' | 'cancelled'
  /** EC2 User Guide, "Get the status of a Spot Instance request". */
  readonly status: 'fulfilled' | 'instance-terminated-by-user' | 'request-canceled-and-instance-running'
  readonly statusAtMs: number
  /** US dollars an hour. */
  readonly maxPrice: string
  readonly createdAtMs: number
}

/**
 * What an instance costs as spot, in US dollars an hour: chosen, of the size of EC2's, as there is no market here. It never
 * moves.
 */
export function spotPriceOf({ vcpus, memoryMiB }: { readonly vcpus: number; readonly memoryMiB: number }): number {
  return Math.round((vcpus * 0.001 + (memoryMiB / 1024) * 0.001) * 10_000) / 10_000
}
