import type { Faults } from './faults.js'

export const chaosProfileNames = ['lag', 'rough', 'harsh'] as const
export type ChaosProfile = (typeof chaosProfileNames)[number]

/** Chosen: what fails and lags, and how often. Times are of EC2's pace; where the sandbox is quicker, they shrink with it. */
const profiles: Readonly<Record<ChaosProfile, Faults>> = {
  lag: {
    throttling: true,
    visibilityDelayMs: { describe: 5_000, mutate: 5_000, filter: 10_000 },
  },
  rough: {
    throttling: true,
    visibilityDelayMs: { describe: 3_000, mutate: 3_000, filter: 8_000 },
    serverErrors: { probability: 0.02, burst: 2 },
    lostResponses: { probability: 0.03 },
    capacity: { probability: 0.05 },
    launchFailures: { probability: 0.03 },
    volumeErrors: { probability: 0.02 },
    emptyPages: { probability: 0.1 },
  },
  harsh: {
    throttling: true,
    visibilityDelayMs: { describe: 8_000, mutate: 8_000, filter: 20_000 },
    serverErrors: { probability: 0.06, burst: 3 },
    lostResponses: { probability: 0.1 },
    capacity: { probability: 0.15 },
    launchFailures: { probability: 0.08 },
    startFailures: { probability: 0.08 },
    volumeErrors: { probability: 0.05 },
    stuckAttaching: { probability: 0.03 },
    emptyPages: { probability: 0.2 },
    garbledHostKeys: { probability: 0.2 },
    lateHostKeysMs: 30_000,
  },
}

/** Clients wait twenty times less where the sandbox is quick (`pollScale` 0.05), so what lags there lags as much less. */
const quickShare = 0.05

/** The faults of a profile for a sandbox that is as slow as EC2, or quick. */
export function faultsOfProfile(profile: ChaosProfile, pace: 'real' | 'fast'): Faults {
  return pace === 'real' ? profiles[profile] : withTimes(profiles[profile], quickShare)
}

function withTimes(faults: Faults, share: number): Faults {
  const { visibilityDelayMs, lateHostKeysMs } = faults
  return {
    ...faults,
    ...(visibilityDelayMs && {
      visibilityDelayMs: Object.fromEntries(Object.entries(visibilityDelayMs).map(([name, ms]) => [name, ms * share])),
    }),
    ...(lateHostKeysMs !== undefined && { lateHostKeysMs: lateHostKeysMs * share }),
  }
}
