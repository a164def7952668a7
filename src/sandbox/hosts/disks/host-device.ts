/** A volume as a host sees it. */
export interface HostDevice {
  readonly volumeId: string
  /** e.g. `nvme1n1` or `xvdf`. */
  readonly kernelName: string
  readonly naming: 'nvme' | 'xen'
  /** e.g. `7:9`. */
  readonly deviceNumber: string
  readonly sizeBytes: number
  readonly partitions: readonly HostPartition[]
}

export interface HostPartition {
  readonly number: number
  /** e.g. `nvme1n1p1` or `xvdf1`. */
  readonly kernelName: string
  readonly deviceNumber: string
  readonly startSector: number
  readonly sizeBytes: number
}
