import { newId } from '../model/ids.js'
import { eventCodes, eventDescriptions, type EventCode, type ScheduledEvent } from '../model/scheduled-event.js'
import type { World } from '../world/world.js'
import { bringDown, restart, updateInstance } from './instance.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** "After a scheduled event is completed, it can still be described for up to a week." (EC2 API reference, InstanceStatusEvent) */
const shownMs = 7 * 24 * hourMs

/** What is asked for of the sandbox, as nobody can of EC2. */
interface EventRequest {
  readonly instanceId: string
  readonly code: EventCode
  /** From now on the sandbox's clock; default: in two days. */
  readonly inSeconds?: number
  /** How long its window is; default: two hours. */
  readonly lastsSeconds?: number
  /** How long from its beginning it may be put off; left out: it may not. */
  readonly postponableSeconds?: number
  readonly description?: string
}

/** Reads a request that came over HTTP; throws a TypeError that says what is wrong. */
export function readEventRequest(value: unknown): EventRequest {
  const request = value as Partial<Record<keyof EventRequest, unknown>> | null
  if (typeof request?.instanceId !== 'string') throw new TypeError("an event needs an 'instanceId'")
  if (!eventCodes.includes(request.code as EventCode)) {
    throw new TypeError(`an event needs a 'code': ${eventCodes.join(', ')}`)
  }
  for (const name of ['inSeconds', 'lastsSeconds', 'postponableSeconds'] as const) {
    const seconds = request[name]
    if (seconds !== undefined && !(typeof seconds === 'number' && seconds >= 0)) {
      throw new TypeError(`'${name}' is a number of seconds`)
    }
  }
  return value as EventRequest
}

/** Schedules an event for an instance that runs; it happens at its time on the sandbox's clock. Throws for one that does not run. */
export function scheduleEvent(world: World, request: EventRequest): ScheduledEvent {
  const { instanceId, code, inSeconds = 48 * 3_600, lastsSeconds = 2 * 3_600, postponableSeconds } = request
  if (world.instances.get(instanceId)?.state !== 'running') throw new TypeError(`${instanceId} is no running instance`)
  const notBeforeMs = world.now() + inSeconds * 1000
  const event = world.scheduledEvents.put({
    id: newId('instance-event'),
    sequence: world.nextSequence(),
    instanceId,
    code,
    description: request.description ?? eventDescriptions[code],
    notBeforeMs,
    notAfterMs: notBeforeMs + lastsSeconds * 1000,
    deadlineMs: postponableSeconds === undefined ? undefined : notBeforeMs + postponableSeconds * 1000,
    state: 'scheduled',
  })
  world.commit()
  happenAtItsTime(world, event.id)
  return event
}

/** Carries an event out when its time has come, however often it is put off. */
export function happenAtItsTime(world: World, id: string): void {
  const { background } = world.cloud
  void background.start(`event ${id}`, async () => {
    for (;;) {
      const event = world.scheduledEvents.get(id)
      if (event?.state !== 'scheduled') return
      const waitMs = timeOf(event) - world.now()
      if (waitMs <= 0) return happen(world, event)
      // In pieces: a timer of Node has no more than 24 days.
      await background.sleep(Math.min(waitMs, 24 * hourMs))
    }
  })
}

/** Maintenance is told of and seen in nothing: it is over when its window is. */
function timeOf({ code, notBeforeMs, notAfterMs }: ScheduledEvent): number {
  return code === 'system-maintenance' ? notAfterMs : notBeforeMs
}

/** EC2 User Guide, "Types of scheduled events": one backed by EBS is stopped where it is retired. */
function happen(world: World, event: ScheduledEvent): void {
  const { instanceId, code } = event
  end(world, event, 'completed')
  if (world.instances.get(instanceId)?.state === 'running') {
    if (code === 'instance-reboot' || code === 'system-reboot') void restart(world, instanceId, 'call')
    else if (code !== 'system-maintenance') {
      const stateReason = { code: 'Server.ScheduledStop', message: `Server.ScheduledStop: ${stoppedBecause[code]}` }
      updateInstance(world, instanceId, { state: 'stopping', stateReason, transitionReason: 'Server.ScheduledStop' })
      bringDown(world, instanceId, { force: false })
    }
  }
  world.commit()
}

const stoppedBecause = {
  'instance-retirement': 'Stopped due to scheduled retirement',
  'instance-stop': 'Stopped due to scheduled stop',
} as const

/**
 * What becomes of the events of an instance that its owner rebooted (an `instance-reboot` is done with), or stopped and
 * started: it is on another machine then (EC2 User Guide, "Scheduled events for your instances").
 */
export function settleEvents(world: World, instanceId: string, by: 'reboot' | 'start'): void {
  for (const event of world.scheduledEvents.withKey(instanceId)) {
    if (event.state !== 'scheduled') continue
    if (by === 'start' || event.code === 'instance-reboot') end(world, event, 'canceled')
  }
}

/** The events of an instance that DescribeInstanceStatus shows. */
export function eventsOf(world: World, instanceId: string): readonly ScheduledEvent[] {
  const since = world.now() - shownMs
  return world.scheduledEvents.withKey(instanceId).filter(({ endedAtMs = Infinity }) => endedAtMs >= since)
}

function end(world: World, event: ScheduledEvent, state: 'completed' | 'canceled'): void {
  world.scheduledEvents.put({ ...event, state, endedAtMs: world.now() })
}

/**
 * Why an event may not begin at that time; undefined: it may. EC2 User Guide, "Reschedule scheduled events": up to the
 * deadline, at least an hour from now, and not one that begins within five minutes.
 */
export function notToBePutTo(world: World, event: ScheduledEvent, atMs: number): string | undefined {
  const now = world.now()
  if (event.deadlineMs === undefined) return 'the event has no deadline, and cannot be rescheduled'
  if (event.state !== 'scheduled' || event.notBeforeMs < now + 5 * minuteMs)
    return 'the event has started, or is about to'
  if (atMs > event.deadlineMs) return 'the new start time is after the deadline of the event'
  return atMs < now + hourMs ? 'the new start time must be at least 60 minutes from now' : undefined
}
