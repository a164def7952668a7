import { eventsOf, notToBePutTo } from '../../lifecycle/scheduled-events.js'
import { resourceKinds } from '../../model/ids.js'
import { instanceStateCodes, type CheckName, type Instance } from '../../model/instance.js'
import { describedEvent, type ScheduledEvent } from '../../model/scheduled-event.js'
import { renderState } from '../../render/instance.js'
import { ApiError } from '../../wire/api-error.js'
import type { FilterTable } from '../../wire/filter.js'
import { boolean, filterList, list, paging, required, string, time } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findInstance } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

export const describeInstanceStatus = defineAction({
  name: 'DescribeInstanceStatus',
  effect: 'reads',
  members: { InstanceId: list(string), Filter: filterList, ...paging, IncludeAllInstances: boolean },
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeInstanceStatus',
      kind: resourceKinds.instance,
      source: world.instances,
      ids: parameters.InstanceId,
      request: parameters,
      filters: statusFilters(world),
      page: pageRules.instanceStatus,
    })
    // Without IncludeAllInstances only running instances are told of, also among those asked for by id.
    const shown = page.items.filter(
      (instance) => parameters.IncludeAllInstances === true || instance.state === 'running',
    )
    return { instanceStatusSet: shown.map((instance) => renderStatus(world, instance)), nextToken: page.nextToken }
  },
})

function statusFilters(world: World): FilterTable<Instance> {
  const events = (instance: Instance) => shownEvents(world, instance)
  const moment = (atMs: number | undefined) => (atMs === undefined ? undefined : new Date(atMs).toISOString())
  return {
    'attached-ebs-status.status': (instance) => checkOf(world, instance, 'volumes').status,
    'availability-zone': (instance) => instance.zone,
    'event.code': (instance) => events(instance).map(({ code }) => code),
    'event.description': (instance) => events(instance).map(describedEvent),
    'event.instance-event-id': (instance) => events(instance).map(({ id }) => id),
    'event.not-after': (instance) => events(instance).map(({ notAfterMs }) => moment(notAfterMs)),
    'event.not-before': (instance) => events(instance).map(({ notBeforeMs }) => moment(notBeforeMs)),
    'event.not-before-deadline': (instance) => events(instance).map(({ deadlineMs }) => moment(deadlineMs)),
    'instance-state-code': (instance) => instanceStateCodes[instance.state],
    'instance-state-name': (instance) => instance.state,
    'instance-status.reachability': (instance) => checkOf(world, instance, 'instance').detail,
    'instance-status.status': (instance) => checkOf(world, instance, 'instance').status,
    'system-status.reachability': (instance) => checkOf(world, instance, 'system').detail,
    'system-status.status': (instance) => checkOf(world, instance, 'system').status,
  }
}

interface Check {
  readonly status: string
  readonly detail?: string
  readonly sinceMs?: number
}

function checkOf(world: World, instance: Instance, name: CheckName): Check {
  if (instance.state !== 'running') return { status: 'not-applicable' }
  const sinceMs = instance.impairments?.[name]
  if (sinceMs !== undefined) return { status: 'impaired', detail: 'failed', sinceMs }
  if (instance.impaired && name === 'instance') return { status: 'impaired', detail: 'failed' }
  const { instancePendingMs, statusInitializingMs } = world.cloud.latencies
  const initializing = world.now() < instance.launchedAtMs + instancePendingMs + statusInitializingMs
  return initializing ? { status: 'initializing', detail: 'initializing' } : { status: 'ok', detail: 'passed' }
}

function shownEvents(world: World, { id, state }: Instance): readonly ScheduledEvent[] {
  return state === 'terminated' ? [] : eventsOf(world, id)
}

function renderStatus(world: World, instance: Instance): XmlRecord {
  const check = (name: CheckName) => {
    const { status, detail, sinceMs } = checkOf(world, instance, name)
    const impairedSince = sinceMs === undefined ? undefined : new Date(sinceMs)
    return { status, details: detail === undefined ? [] : [{ name: 'reachability', status: detail, impairedSince }] }
  }
  return {
    instanceId: instance.id,
    availabilityZone: instance.zone,
    eventsSet: shownEvents(world, instance).map(renderEvent),
    instanceState: renderState(instance.state),
    instanceStatus: check('instance'),
    systemStatus: check('system'),
    attachedEbsStatus: check('volumes'),
  }
}

function renderEvent(event: ScheduledEvent): XmlRecord {
  const { id, code, notBeforeMs, notAfterMs, deadlineMs } = event
  return {
    instanceEventId: id,
    code,
    description: describedEvent(event),
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    notBeforeDeadline: deadlineMs === undefined ? undefined : new Date(deadlineMs),
  }
}

/** Codes: EC2 API reference, "Error codes". */
export const modifyInstanceEventStartTime = defineAction({
  name: 'ModifyInstanceEventStartTime',
  effect: 'writes',
  members: { InstanceId: required(string), InstanceEventId: required(string), NotBefore: required(time) },
  run: ({ InstanceId, InstanceEventId, NotBefore }, world) => {
    const instance = findInstance(world, InstanceId)
    const event = shownEvents(world, instance).find(({ id }) => id === InstanceEventId)
    if (!event) throw new ApiError('InvalidInstanceEventIDNotFound', `The event '${InstanceEventId}' does not exist`)
    const atMs = NotBefore.getTime()
    const because = notToBePutTo(world, event, atMs)
    if (because !== undefined) throw new ApiError('InvalidInstanceEventStartTime', `Invalid start time: ${because}`)
    const lastsMs = event.notAfterMs - event.notBeforeMs
    const moved = world.scheduledEvents.put({ ...event, notBeforeMs: atMs, notAfterMs: atMs + lastsMs })
    return { event: renderEvent(moved) }
  },
})
