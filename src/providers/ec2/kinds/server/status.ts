import type {
  Instance,
  InstanceStatus,
  InstanceStatusEvent,
  InstanceStatusSummary,
  ReservedInstances,
} from '@aws-sdk/client-ec2'
import { compareText } from '../../../../model/address-order.js'
import type { ServerCheck, ServerCloud, ServerEvent, ServerStatus, WatchedServer } from '../../../../executor/ports.js'
import type { Reservation } from '../../../../model/launch/reserved.js'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll } from '../../wire/pages.js'
import { isOfClass } from '../../errors/provider-errors.js'
import { tagsOf } from '../../tags/tag-lists.js'
import { textOf } from '../../wire/text-of.js'
import { readInstances } from './read-instances.js'

/** EC2 API, DescribeInstanceStatus: "Maximum 100 explicitly specified instance IDs." */
const idsMax = 100

/** EC2 API, DescribeInstanceStatus, filter `event.code`: all that there are. */
const eventCodes = ['instance-reboot', 'system-reboot', 'system-maintenance', 'instance-retirement', 'instance-stop']

const unasked: { readonly InstanceStatuses?: InstanceStatus[] } = {}

/** What EC2 says of instances beside what they are. */
export function createStatusCalls(
  api: Ec2Api,
): Pick<ServerCloud, 'readServerStatuses' | 'watchServers' | 'readScheduledEvents' | 'readReservations'> {
  const readSome = async (ids: string[], checks: boolean): Promise<readonly WatchedServer[]> => {
    const [instances, { InstanceStatuses = [] }] = await Promise.all([
      readInstances(api, [{ Name: 'instance-id', Values: ids }]),
      checks ? api.call('DescribeInstanceStatus', { InstanceIds: ids, IncludeAllInstances: true }) : unasked,
    ])
    const byId = new Map(instances.map((instance) => [instance.InstanceId, instance]))
    const told = new Map(InstanceStatuses.map((status) => [status.InstanceId, status]))
    return ids.flatMap((id) => {
      const instance = byId.get(id)
      if (instance === undefined) return []
      const { PublicIpAddress, PrivateIpAddress, Tags } = instance
      return {
        status: serverStatus(id, instance, told.get(id)),
        publicIp: textOf(PublicIpAddress),
        privateIp: textOf(PrivateIpAddress),
        tags: tagsOf(Tags),
      }
    })
  }
  const watchServers: ServerCloud['watchServers'] = async ({ ids, checks }) => {
    const found: WatchedServer[] = []
    for (let at = 0; at < ids.length; at += idsMax) found.push(...(await readSome(ids.slice(at, at + idsMax), checks)))
    return found
  }
  return {
    readScheduledEvents: async () => {
      try {
        const statuses = await readAll(
          api,
          'DescribeInstanceStatus',
          { Filters: filtersOf([{ Name: 'event.code', Values: eventCodes }]), IncludeAllInstances: true },
          ({ InstanceStatuses }) => InstanceStatuses,
        )
        const told = [...statuses].sort((left, right) => compareText(left.InstanceId ?? '', right.InstanceId ?? ''))
        return told.flatMap(({ InstanceId = '', Events = [] }) =>
          eventsAhead(Events).map(({ code, description, notBefore }) => ({
            instanceId: InstanceId,
            code,
            description,
            ...(notBefore !== undefined && { notBefore }),
          })),
        )
      } catch (error) {
        if (isOfClass(error, 'permission', 'bad-request')) return undefined
        throw error
      }
    },
    readReservations: async () => {
      try {
        const Filters = filtersOf([{ Name: 'state', Values: ['active'] }])
        const { ReservedInstances = [] } = await api.call('DescribeReservedInstances', { Filters })
        return ReservedInstances.flatMap(reservationOf)
      } catch (error) {
        if (isOfClass(error, 'permission', 'bad-request', 'auth')) return undefined
        throw error
      }
    },
    watchServers,
    readServerStatuses: async (ids) => (await watchServers({ ids, checks: true })).map(({ status }) => status),
  }
}

/**
 * The state and the checks are of two readings: in between it may have changed.
 *
 * @internal exported for its test
 */
export function serverStatus(id: string, instance: Instance, status: InstanceStatus | undefined): ServerStatus {
  const since = sinceOf(instance)
  const reason = textOf(instance.StateReason?.Message) ?? textOf(instance.StateTransitionReason)
  return {
    id,
    state: instance.State?.Name ?? 'unknown',
    ...(since !== undefined && { since: since.toISOString() }),
    ...(reason !== undefined && { reason }),
    system: checkOf(status?.SystemStatus),
    instance: checkOf(status?.InstanceStatus),
    volumes: checkOf(status?.AttachedEbsStatus),
    events: eventsAhead(status?.Events ?? []),
  }
}

/** EC2 tells when it was started the last time; when it was stopped, in words alone: `User initiated (2026-11-20 03:00:00 GMT)`. */
function sinceOf({ State, LaunchTime, StateTransitionReason = '' }: Instance): Date | undefined {
  if (State?.Name === 'running' || State?.Name === 'pending') return LaunchTime
  const [, date, time] = /\((\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)/.exec(StateTransitionReason) ?? []
  const moment = new Date(`${date}T${time}Z`)
  return Number.isNaN(moment.getTime()) ? undefined : moment
}

function checkOf(summary: InstanceStatusSummary | undefined): ServerCheck {
  const impairedSince = summary?.Details?.flatMap(({ ImpairedSince }) => ImpairedSince ?? [])[0]
  return {
    status: summary?.Status ?? 'not-applicable',
    ...(impairedSince && { impairedSince: impairedSince.toISOString() }),
  }
}

function eventsAhead(events: readonly InstanceStatusEvent[]): readonly ServerEvent[] {
  return events.filter(isAhead).map(eventOf).sort(byTime)
}

/** What is over stays in the list for a week, with this before its description (EC2 User Guide, "Scheduled events"). */
function isAhead({ Description = '' }: InstanceStatusEvent): boolean {
  return !/^\[(?:Completed|Canceled)\]/.test(Description)
}

function eventOf({ Code, Description, NotBefore, NotAfter, NotBeforeDeadline }: InstanceStatusEvent): ServerEvent {
  return {
    code: Code ?? '',
    description: Description ?? '',
    ...(NotBefore && { notBefore: NotBefore.toISOString() }),
    ...(NotAfter && { notAfter: NotAfter.toISOString() }),
    ...(NotBeforeDeadline && { notBeforeDeadline: NotBeforeDeadline.toISOString() }),
  }
}

/** ISO 8601 in UTC sorts as text; one without a time comes last. */
function byTime({ notBefore: left = '~' }: ServerEvent, { notBefore: right = '~' }: ServerEvent): number {
  return left < right ? -1 : Number(left > right)
}

/** One for Linux: servers are nothing else. Only those are shared by sizes that hold in the region, for default tenancy. */
function reservationOf(one: ReservedInstances): readonly Reservation[] {
  const { ReservedInstancesId: id = '', InstanceType: type = '', InstanceCount: count = 0 } = one
  const product = textOf(one.ProductDescription) ?? ''
  if (!product.startsWith('Linux/UNIX')) return []
  const zone = textOf(one.AvailabilityZone)
  return [
    {
      id,
      type,
      count,
      isFlexible: zone === undefined && one.InstanceTenancy === 'default',
      ...(zone !== undefined && { zone }),
      ...(one.End && { endsAt: one.End.toISOString() }),
    },
  ]
}
