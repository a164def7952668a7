import type { Volume, VolumeModification } from '@aws-sdk/client-ec2'
import type { VolumeCloud } from '../../../../executor/ports.js'

/** What a volume is to become. */
export type VolumeTarget = Pick<
  Parameters<VolumeCloud['modifyVolume']>[0],
  'sizeGiB' | 'type' | 'iops' | 'throughputMiBps'
>

/** What EC2 shows of a volume that changes. */
export interface ChangingVolume {
  /** Its newest modification; undefined for none, or not yet. */
  readonly modification: VolumeModification | undefined
  readonly volume: Volume | undefined
}

/**
 * Whether the change of a volume can be relied on. EC2 remembers several modifications, may show an older one first (it did
 * not begin after `sinceMs`), and need not name every target: what the volume itself shows is as good.
 */
export function changeState(
  { modification, volume }: ChangingVolume,
  target: VolumeTarget,
  sinceMs: number,
): 'under-way' | 'usable' | 'failed' {
  const isOurs = modification !== undefined && startOf(modification) > sinceMs && aimsAt(modification, target)
  switch (isOurs ? modification.ModificationState : undefined) {
    case 'modifying':
      return 'under-way'
    case 'optimizing':
    case 'completed':
      return 'usable'
    case 'failed':
      return 'failed'
    default:
      return volume !== undefined && isAsWanted(volume, target) ? 'usable' : 'under-way'
  }
}

/** The newest modification of each volume, by its start: EC2 promises no order. */
export function newestByVolume(found: readonly VolumeModification[]): ReadonlyMap<string, VolumeModification> {
  const newest = new Map<string, VolumeModification>()
  for (const modification of found) {
    const { VolumeId = '' } = modification
    const other = newest.get(VolumeId)
    if (other === undefined || startOf(modification) > startOf(other)) newest.set(VolumeId, modification)
  }
  return newest
}

/** When a modification began; 0 where EC2 does not say. */
export function startOf({ StartTime }: VolumeModification): number {
  return StartTime?.getTime() ?? 0
}

/** Whether a modification names nothing that contradicts this target. */
export function aimsAt(modification: VolumeModification, target: VolumeTarget): boolean {
  const { TargetSize, TargetVolumeType, TargetIops, TargetThroughput } = modification
  const pairs = [
    [TargetSize, target.sizeGiB],
    [TargetVolumeType, target.type],
    [TargetIops, target.iops],
    [TargetThroughput, target.throughputMiBps],
  ] as const
  return pairs.every(([said, wanted]) => said === undefined || wanted === undefined || said === wanted)
}

export function isAsWanted(volume: Volume, { sizeGiB, type, iops, throughputMiBps }: VolumeTarget): boolean {
  return (
    volume.Size === sizeGiB &&
    volume.VolumeType === type &&
    (iops === undefined || volume.Iops === iops) &&
    (throughputMiBps === undefined || volume.Throughput === throughputMiBps)
  )
}
