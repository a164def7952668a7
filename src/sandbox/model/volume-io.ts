/** What EC2 found about the data of a volume, and what became of I/O to it (EBS User Guide, "Amazon EBS volume events"). */
export interface VolumeIoEvent {
  /** `evol-…` */
  readonly id: string
  readonly startedAtMs: number
  /** When I/O was enabled again; undefined while it is not. */
  readonly endedAtMs: number | undefined
  readonly how: 'awaited' | 'enabled' | 'auto-enabled'
}

/** EC2's words for each. */
export const ioEventWords: Readonly<Record<VolumeIoEvent['how'], string>> = {
  awaited: 'Awaiting Action: Enable IO',
  enabled: 'IO Enabled',
  'auto-enabled': 'IO Auto-Enabled',
}

/** What volumes have, beside what they are. */
export interface VolumeIo {
  /** Whether I/O is enabled again by itself; absent: no. */
  readonly autoEnableIo?: boolean
  /** The last one; absent: none. */
  readonly ioEvent?: VolumeIoEvent
}

/** The volume's data may be inconsistent from now on: I/O is disabled, unless it is to be enabled again by itself. */
export function ioImpaired<V extends VolumeIo>(volume: V, id: string, nowMs: number): V {
  if (isIoDisabled(volume)) return volume
  const isAuto = volume.autoEnableIo === true
  const how = isAuto ? 'auto-enabled' : 'awaited'
  return { ...volume, ioEvent: { id, startedAtMs: nowMs, endedAtMs: isAuto ? nowMs : undefined, how } }
}

/** I/O goes on, whatever the data is like. */
export function ioEnabled<V extends VolumeIo>(volume: V, nowMs: number): V {
  const { ioEvent } = volume
  if (!ioEvent || !isIoDisabled(volume)) return volume
  return { ...volume, ioEvent: { ...ioEvent, endedAtMs: nowMs, how: 'enabled' } }
}

export function isIoDisabled({ ioEvent }: VolumeIo): boolean {
  return ioEvent?.how === 'awaited'
}
