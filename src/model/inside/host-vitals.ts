/** How a server fares at one moment, as its own kernel tells it. */
export interface HostVitals {
  readonly uptimeSeconds: number
  readonly cpus: number
  /** Processes that run or wait for a CPU or a disk, on average over 1, 5 and 15 minutes (proc(5), /proc/loadavg). */
  readonly load: readonly [number, number, number]
  readonly memory: MemoryUse
  /** Those on disks, by mount point; one that is mounted in several places once. */
  readonly filesystems: readonly FilesystemUse[]
}

export interface MemoryUse {
  readonly totalBytes: number
  /** What programs can still get without swapping (proc(5), MemAvailable). */
  readonly availableBytes: number
  readonly swapTotalBytes: number
  readonly swapUsedBytes: number
}

export interface FilesystemUse {
  readonly path: string
  readonly fstype: string
  readonly totalBytes: number
  readonly usedBytes: number
  /** What the login user can still write: filesystems keep some for root, so that it is less than what is not used. */
  readonly availableBytes: number
  /** Of the EBS volume that it lies on; absent: the root disk, or none. */
  readonly volumeId?: string
}
