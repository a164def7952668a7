import { messageOf } from '../core/errors.js'
import type { Authority } from './authorization/authority.js'
import { readPolicy } from './authorization/parse-policy.js'
import type { FaultPlan } from './faults/fault-plan.js'
import { readFaults } from './faults/faults.js'
import { impair, readImpairments } from './lifecycle/impairments.js'
import { readReservationRequest, reserve } from './lifecycle/reservations.js'
import { readSharingRequest, shareFromElsewhere } from './lifecycle/shared-snapshots.js'
import { readEventRequest, scheduleEvent } from './lifecycle/scheduled-events.js'
import { interrupt, readInterruption } from './lifecycle/spot/interruptions.js'
import { checkVolume, readVolumeCheck } from './lifecycle/volume-checks.js'
import type { RequestLog } from './request-log.js'
import type { Control, ControlHandler } from './server.js'
import { readRoles } from './sts/roles.js'
import type { Cloud } from './world/cloud.js'
import type { World } from './world/world.js'

/** The unsigned paths on loopback: what is there, the request log, the faults, what the access key may do, and what EC2 does to instances. */
export function createControl(options: {
  readonly cloud: Cloud
  readonly log: RequestLog
  readonly faults: FaultPlan
  readonly authority: Authority
  readonly startedAtMs: number
}): ControlHandler {
  const { cloud, log, faults, authority, startedAtMs } = options
  return (method, path, body) => {
    if (method === 'GET' && path === '/_evenkeel/status') return { status: 200, body: statusOf(cloud, startedAtMs) }
    if (method === 'GET' && path === '/_evenkeel/requests') return { status: 200, body: log.records() }
    if (method === 'GET' && path === '/_evenkeel/faults') return { status: 200, body: faults.current }
    if (method === 'PUT' && path === '/_evenkeel/faults') {
      try {
        cloud.setFaults(readFaults(JSON.parse(body)))
      } catch (error) {
        return { status: 400, body: { error: messageOf(error) } }
      }
      return { status: 200, body: faults.current }
    }
    if (method === 'PUT' && path === '/_evenkeel/policy') {
      try {
        const policy: unknown = JSON.parse(body)
        authority.setPolicy(policy === null ? undefined : readPolicy(policy))
      } catch (error) {
        return { status: 400, body: { error: messageOf(error) } }
      }
      return { status: 200, body: {} }
    }
    if (method === 'PUT' && path === '/_evenkeel/roles') {
      try {
        authority.setRoles(readRoles(JSON.parse(body)))
      } catch (error) {
        return { status: 400, body: { error: messageOf(error) } }
      }
      return { status: 200, body: {} }
    }
    if (method === 'POST' && path === '/_evenkeel/events') {
      return toInstance(cloud, body, (value, world) => scheduleEvent(world, readEventRequest(value)))
    }
    if (method === 'POST' && path === '/_evenkeel/spot-interruptions') {
      return toInstance(cloud, body, (value, world) => interrupt(world, readInterruption(value)))
    }
    if (method === 'POST' && path === '/_evenkeel/reserved-instances') {
      try {
        const value = JSON.parse(body) as { readonly region?: unknown } | null
        const world = cloud.worlds().find(({ region }) => region.name === value?.region) ?? cloud.worlds()[0]
        if (!world) throw new TypeError('no region was used yet')
        return { status: 200, body: reserve(world, readReservationRequest(value, world)) }
      } catch (error) {
        return { status: 400, body: { error: messageOf(error) } }
      }
    }
    if (method === 'POST' && path === '/_evenkeel/shared-snapshots') {
      try {
        const request = readSharingRequest(JSON.parse(body))
        const world = cloud.worlds().find(({ snapshots }) => snapshots.get(request.snapshotId) !== undefined)
        if (!world) throw new TypeError(`there is no snapshot ${request.snapshotId}`)
        return { status: 200, body: shareFromElsewhere(world, request) }
      } catch (error) {
        return { status: 400, body: { error: messageOf(error) } }
      }
    }
    if (method === 'PUT' && path === '/_evenkeel/volume-checks') {
      try {
        const request = readVolumeCheck(JSON.parse(body))
        const world = cloud.worlds().find(({ volumes }) => volumes.get(request.volumeId) !== undefined)
        if (!world) throw new TypeError(`there is no volume ${request.volumeId}`)
        return { status: 200, body: checkVolume(world, request) }
      } catch (error) {
        return { status: 400, body: { error: messageOf(error) } }
      }
    }
    if (method === 'PUT' && path === '/_evenkeel/checks') {
      return toInstance(cloud, body, (value, world) => impair(world, readImpairments(value)))
    }
    return undefined
  }
}

/** What `act` answers for the region that has the instance which the body names. */
function toInstance(cloud: Cloud, body: string, act: (value: unknown, world: World) => object): Control {
  try {
    const value = JSON.parse(body) as { readonly instanceId?: unknown } | null
    const id = String(value?.instanceId)
    const world = cloud.worlds().find(({ instances }) => instances.get(id) !== undefined)
    if (!world) throw new TypeError(`there is no instance ${id}`)
    return { status: 200, body: act(value, world) }
  } catch (error) {
    return { status: 400, body: { error: messageOf(error) } }
  }
}

/** What `evenkeel sandbox status` shows. */
export interface ControlStatus {
  readonly pid: number
  readonly accountId: string
  readonly startedAt: string
  readonly hosts: {
    readonly kind: 'linux' | 'none'
    readonly unavailableBecause?: string
    readonly limits: readonly string[]
  }
  readonly regions: readonly {
    readonly name: string
    readonly instances: Readonly<Record<string, number>>
    readonly volumes: number
    readonly snapshots: number
  }[]
}

function statusOf(cloud: Cloud, startedAtMs: number): ControlStatus {
  const { kind, unavailableBecause, limits } = cloud.hosts
  return {
    pid: process.pid,
    accountId: cloud.accountId,
    startedAt: new Date(startedAtMs).toISOString(),
    hosts: { kind, limits, ...(unavailableBecause === undefined ? {} : { unavailableBecause }) },
    regions: cloud.worlds().map((world) => {
      const instances: Record<string, number> = {}
      for (const { state } of world.instances.values()) instances[state] = (instances[state] ?? 0) + 1
      return { name: world.region.name, instances, volumes: world.volumes.size, snapshots: world.snapshots.size }
    }),
  }
}
