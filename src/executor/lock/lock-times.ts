/** The lock's times (docs/decisions/0017-the-lock-is-a-launch-template.md); tests have shorter ones. */
export interface LockTimes {
  /** A challenger takes over what it has seen unchanged for so long on its own clock. */
  readonly leaseMs: number
  /** Between two beats of a holder. */
  readonly beatMs: number
  /** Between two looks of a challenger. */
  readonly lookMs: number
  /** A lock that was confirmed by a write so long ago is confirmed again before anything is taken away. */
  readonly confirmedMs: number
}

export const lockTimes: LockTimes = { leaseMs: 60_000, beatMs: 15_000, lookMs: 5_000, confirmedMs: 5_000 }

/**
 * So long after its last beat a holder may begin something. One beat less than the lease: what is on its way then has arrived
 * before anybody can take over.
 */
export function actsForMs({ leaseMs, beatMs }: LockTimes): number {
  return leaseMs - beatMs
}
