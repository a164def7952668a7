/** How long each change takes, in milliseconds of the sandbox's clock. */
export interface Latencies {
  readonly instancePendingMs: number
  readonly instanceStoppingMs: number
  readonly instanceShuttingDownMs: number
  /** From `running` until the status checks say `ok`. */
  readonly statusInitializingMs: number
  /** From `running` until GetConsoleOutput has something to say. */
  readonly consoleMs: number
  /** How long what GetConsoleOutput posted stays as it is, unless `Latest` is asked for. */
  readonly consolePostedMs: number
  /** How long a terminated instance stays in Describe answers ("approximately one hour"). */
  readonly terminatedVisibleMs: number
  /** How long a terminated instance's network interface still blocks the deletion of its groups. */
  readonly interfaceReleaseMs: number
  readonly natGatewayPendingMs: number
  readonly natGatewayDeletingMs: number
  /** How long an interface endpoint takes to come, and any to go. */
  readonly endpointMs: number
  /** How long after a stop the request of a spot instance says so, and it can be started. */
  readonly spotStatusMs: number
  /** From a persistent request's being open again until another instance is launched for it. */
  readonly spotEvaluationMs: number
  readonly volumeCreatingMs: number
  readonly volumeDeletingMs: number
  readonly attachingMs: number
  readonly detachingMs: number
  readonly snapshotPendingMs: number
  /** More for each GiB that no earlier snapshot of the volume has: snapshots are incremental. */
  readonly snapshotPerGiBMs: number
  /** What has to lie between the beginnings of two snapshots of one volume; 0: nothing is asked. */
  readonly snapshotEveryMs: number
  readonly modifyingMs: number
  readonly optimizingMs: number
  /** How often a busy device is tried again. */
  readonly busyRetryMs: number
  /** From a load balancer's creation until it is active. */
  readonly balancerProvisioningMs: number
  /** What the intervals of health checks and the times for draining are multiplied by. */
  readonly balancingScale: number
  /** How long Auto Scaling takes to see that something is to be done. */
  readonly scalingMs: number
  /** After a launch that failed it waits so long, and longer after each more. */
  readonly scalingRetryMs: number
  /** What grace and warm-up are multiplied by, and how long an instance refresh may stand still. */
  readonly scalingScale: number
  /** What one in a hundred takes, where that is known; the others are taken as always the same. */
  readonly p99?: Readonly<Partial<Record<SpreadLatency, number>>>
}

/** The latencies that differ from time to time. */
export type SpreadLatency = 'volumeCreatingMs' | 'attachingMs' | 'detachingMs'

export type LatencyChoice = 'real' | 'fast' | 'zero' | Partial<Latencies>

const hourMs = 3_600_000

/**
 * `real`: medians, and what one in a hundred takes, as clients of EC2 measured them (aws-ebs-csi-driver, pkg/cloud, 2026);
 * snapshots at 500 MiB/s, chosen; 15 s between two of a volume (EC2 API reference, error codes). `fast`: visible states
 * without long waits.
 */
const profiles = {
  real: {
    instancePendingMs: 8_000,
    instanceStoppingMs: 20_000,
    instanceShuttingDownMs: 25_000,
    statusInitializingMs: 120_000,
    consoleMs: 60_000,
    consolePostedMs: 60_000,
    terminatedVisibleMs: hourMs,
    interfaceReleaseMs: 40_000,
    natGatewayPendingMs: 90_000,
    natGatewayDeletingMs: 50_000,
    endpointMs: 45_000,
    spotStatusMs: 30_000,
    spotEvaluationMs: 60_000,
    volumeCreatingMs: 1_500,
    volumeDeletingMs: 5_000,
    attachingMs: 2_000,
    detachingMs: 3_000,
    snapshotPendingMs: 30_000,
    snapshotPerGiBMs: 2_000,
    snapshotEveryMs: 15_000,
    modifyingMs: 5_000,
    optimizingMs: 120_000,
    busyRetryMs: 2_000,
    balancerProvisioningMs: 120_000,
    balancingScale: 1,
    scalingMs: 5_000,
    scalingRetryMs: 60_000,
    scalingScale: 1,
    p99: { volumeCreatingMs: 4_000, attachingMs: 4_000, detachingMs: 4_000 },
  },
  fast: {
    instancePendingMs: 300,
    instanceStoppingMs: 200,
    instanceShuttingDownMs: 200,
    statusInitializingMs: 500,
    consoleMs: 0,
    consolePostedMs: 0,
    terminatedVisibleMs: hourMs,
    interfaceReleaseMs: 200,
    natGatewayPendingMs: 200,
    natGatewayDeletingMs: 200,
    endpointMs: 100,
    spotStatusMs: 300,
    spotEvaluationMs: 500,
    volumeCreatingMs: 100,
    volumeDeletingMs: 50,
    attachingMs: 100,
    detachingMs: 100,
    snapshotPendingMs: 200,
    snapshotPerGiBMs: 0,
    snapshotEveryMs: 0,
    modifyingMs: 100,
    optimizingMs: 200,
    busyRetryMs: 250,
    balancerProvisioningMs: 300,
    balancingScale: 0.1,
    scalingMs: 50,
    scalingRetryMs: 1_000,
    scalingScale: 0.02,
  },
  zero: {
    instancePendingMs: 0,
    instanceStoppingMs: 0,
    instanceShuttingDownMs: 0,
    statusInitializingMs: 0,
    consoleMs: 0,
    consolePostedMs: 0,
    terminatedVisibleMs: hourMs,
    interfaceReleaseMs: 0,
    natGatewayPendingMs: 0,
    natGatewayDeletingMs: 0,
    endpointMs: 0,
    spotStatusMs: 0,
    spotEvaluationMs: 0,
    volumeCreatingMs: 0,
    volumeDeletingMs: 0,
    attachingMs: 0,
    detachingMs: 0,
    snapshotPendingMs: 0,
    snapshotPerGiBMs: 0,
    snapshotEveryMs: 0,
    modifyingMs: 0,
    optimizingMs: 0,
    busyRetryMs: 50,
    balancerProvisioningMs: 0,
    balancingScale: 0.01,
    scalingMs: 0,
    scalingRetryMs: 200,
    scalingScale: 0.002,
  },
} as const satisfies Record<string, Latencies>

/** The latencies of a choice; what a partial record leaves out is `fast`. */
export function resolveLatencies(choice: LatencyChoice = 'fast'): Latencies {
  return typeof choice === 'string' ? profiles[choice] : { ...profiles.fast, ...choice }
}

/** The number of standard deviations below which 99 of 100 lie. */
const z99 = 2.3263

/**
 * How long a change takes this time: log-normal between the median and what one in a hundred takes. `uniform` gives numbers
 * in [0, 1).
 */
export function drawnLatency(latencies: Latencies, name: SpreadLatency, uniform: () => number): number {
  const medianMs = latencies[name]
  const p99Ms = latencies.p99?.[name]
  if (p99Ms === undefined) return medianMs
  const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return medianMs * (p99Ms / medianMs) ** (normal / z99)
}
