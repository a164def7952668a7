/**
 * How long EC2 usually takes, in milliseconds: medians where they were measured (volumes and attachments: EBS CSI
 * driver), else what its clients see most often. A wait looks again at about that time.
 */
export const usualMs = {
  instanceRuns: 8_000,
  instanceStops: 20_000,
  instanceTerminates: 25_000,
  volumeIsAvailable: 1_500,
  volumeIsAttached: 2_000,
  volumeIsDetached: 3_000,
  /** Of little data; more takes as long as it takes. */
  snapshotCompletes: 30_000,
} as const
