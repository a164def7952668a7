import type { Faults } from './faults.js'

export const chaosProfileNames = ['lag', 'rough', 'harsh'] as const
export type ChaosProfile = (typeof chaosProfileNames)[number]

/** Chosen: what fails and lags, and how often. Times are of EC2's pace; where the sandbox is quicker, they shrink with it. */
const profiles: Readonly<Record<ChaosProfile, Faults>> = {
  lag: {
    throttling: true,
    visibilityDelayMs: { describe: 3_000, mutate: 3_000, filter: 10_000 },
    staleReads: { probability: 0.3, describeMs: 3_000, filterMs: 10_000, mutateMs: 3_000 },
  },
  rough: {
    throttling: true,
    visibilityDelayMs: { describe: 2_000, mutate: 2_000, filter: 5_000 },
    staleReads: { probability: 0.1, describeMs: 2_000, filterMs: 5_000, mutateMs: 2_000 },
    serverErrors: { probability: 0.02, burst: 2 },
    lostResponses: { probability: 0.03 },
    capacity: { probability: 0.05 },
    launchFailures: { probability: 0.03 },
    volumeErrors: { probability: 0.02 },
    busyDetach: { probability: 0.2, forMs: 5_000 },
    emptyPages: { probability: 0.1 },
    shuffledAnswers: { probability: 0.5 },
    emptyConsole: { probability: 0.2 },
    lateHostKeysMs: 20_000,
    shuffledDevices: { probability: 0.5 },
    slowConnections: { probability: 0.1, delayMs: 200 },
  },
  harsh: {
    throttling: true,
    visibilityDelayMs: { describe: 5_000, mutate: 5_000, filter: 10_000 },
    staleReads: { probability: 0.3, describeMs: 5_000, filterMs: 10_000, mutateMs: 5_000 },
    serverErrors: { probability: 0.06, burst: 3 },
    lostResponses: { probability: 0.1 },
    capacity: { probability: 0.15 },
    quotas: { probability: 0.05 },
    launchFailures: { probability: 0.08 },
    startFailures: { probability: 0.08 },
    volumeErrors: { probability: 0.05 },
    stuckAttaching: { probability: 0.03 },
    busyDetach: { probability: 0.3, forMs: 20_000 },
    stolenAddresses: { probability: 0.1, withinMs: 60_000 },
    emptyPages: { probability: 0.2 },
    shuffledAnswers: { probability: 1 },
    emptyConsole: { probability: 0.3 },
    garbledHostKeys: { probability: 0.2 },
    scrolledConsole: { probability: 0.1 },
    lateHostKeysMs: 30_000,
    shuffledDevices: { probability: 1 },
    reboots: { probability: 0.1, withinMs: 60_000 },
    slowConnections: { probability: 0.2, delayMs: 500 },
    droppedConnections: { probability: 0.1, withinMs: 20_000 },
    hangingConnections: { probability: 0.05, withinMs: 20_000 },
  },
}

/** Clients wait twenty times less where the sandbox is quick (`pollScale` 0.05), so what lags there lags as much less. */
const quickShare = 0.05

/** The faults of a profile for a sandbox that is as slow as EC2, or quick. */
export function faultsOfProfile(profile: ChaosProfile, pace: 'real' | 'fast'): Faults {
  return pace === 'real' ? profiles[profile] : withTimes(profiles[profile], quickShare)
}

/** Every member whose name ends in `Ms`, and the delays by purpose, times `share`. */
function withTimes(value: object, share: number): object {
  const scaled = Object.entries(value).map(([name, member]: [string, unknown]) => {
    if (name === 'visibilityDelayMs') return [name, multiplied(member as Record<string, number>, share)]
    if (typeof member === 'number') return [name, name.endsWith('Ms') ? member * share : member]
    return [name, typeof member === 'object' && member !== null ? withTimes(member, share) : member]
  })
  return Object.fromEntries(scaled) as object
}

function multiplied(record: Readonly<Record<string, number>>, share: number): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, number]) => [name, number * share]))
}
