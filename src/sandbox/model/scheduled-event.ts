/** What EC2 schedules (EC2 API reference, InstanceStatusEvent). */
export const eventCodes = [
  'instance-reboot',
  'system-reboot',
  'system-maintenance',
  'instance-retirement',
  'instance-stop',
] as const
export type EventCode = (typeof eventCodes)[number]

/** Something that EC2 will do to an instance, or has done. */
export interface ScheduledEvent {
  readonly id: string
  readonly sequence: number
  readonly instanceId: string
  readonly code: EventCode
  readonly description: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** Until when it may be put off; undefined: it may not. */
  readonly deadlineMs: number | undefined
  readonly state: 'scheduled' | 'completed' | 'canceled'
  /** When it was completed or canceled. */
  readonly endedAtMs?: number
}

/** How EC2 words them, as clients have seen it. */
export const eventDescriptions: Readonly<Record<EventCode, string>> = {
  'instance-reboot': 'The instance is scheduled for a reboot',
  'system-reboot': 'The host of the instance is scheduled for a reboot',
  'system-maintenance': 'The host of the instance is scheduled for maintenance',
  'instance-retirement': 'The instance is running on degraded hardware',
  'instance-stop': 'The instance is running on degraded hardware',
}

/** The description as DescribeInstanceStatus shows it: what is over says so. */
export function describedEvent({ description, state }: ScheduledEvent): string {
  if (state === 'scheduled') return description
  return `[${state === 'completed' ? 'Completed' : 'Canceled'}] ${description}`
}
