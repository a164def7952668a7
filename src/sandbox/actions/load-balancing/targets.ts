import { announceTargets, drain, watchTargets } from '../../lifecycle/load-balancing/balancers.js'
import { shownHealth } from '../../lifecycle/load-balancing/shown-health.js'
import { initialHealth, targetId, type TargetGroup } from '../../model/load-balancing/records.js'
import { ApiError } from '../../wire/api-error.js'
import { integer, list, required, string, structure } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { findGroup } from './found.js'

const targets = list(structure({ Id: required(string), Port: integer, AvailabilityZone: string }))

interface TargetRequest {
  readonly Id: string
  readonly Port?: number | undefined
}

/** What drains and is registered again begins anew. */
export const registerTargets = defineAction({
  name: 'RegisterTargets',
  effect: 'writes',
  members: { TargetGroupArn: required(string), Targets: required(targets) },
  run: async ({ TargetGroupArn, Targets }, world) => {
    const group = findGroup(world, TargetGroupArn)
    for (const { Id } of Targets) checkInstance(world, group, Id)
    for (const { Id, Port = group.port } of Targets) {
      const id = targetId(group.id, Id, Port)
      const before = world.targets.get(id)
      if (before && before.deregisteredAtMs === undefined) continue
      world.targets.put({
        id,
        sequence: before?.sequence ?? world.nextSequence(),
        groupId: group.id,
        instanceId: Id,
        port: Port,
        deregisteredAtMs: undefined,
        health: initialHealth,
        registeredAtMs: world.now(),
      })
    }
    watchTargets(world, group.id)
    await announceTargets(world)
    return {}
  },
})

/** A target is an instance that runs, in the group's VPC (ELB API reference, RegisterTargets). */
function checkInstance(world: World, group: TargetGroup, id: string): void {
  const instance = world.instances.get(id)
  if (!instance || instance.state === 'terminated') {
    throw new ApiError('InvalidTarget', `The following targets are not valid instances: '${id}'`)
  }
  if (instance.vpcId !== group.vpcId) {
    const message = `The following targets are not in the target group VPC '${group.vpcId}': '${id}'`
    throw new ApiError('InvalidTarget', message)
  }
  if (instance.state !== 'running') {
    const message = `The following targets are not in a running state and cannot be registered: '${id}'`
    throw new ApiError('InvalidTarget', message)
  }
}

/** What is not registered is no error (ELB API reference, DeregisterTargets). Without a port it is meant at every one. */
export const deregisterTargets = defineAction({
  name: 'DeregisterTargets',
  effect: 'writes',
  members: { TargetGroupArn: required(string), Targets: required(targets) },
  run: async ({ TargetGroupArn, Targets }, world) => {
    const group = findGroup(world, TargetGroupArn)
    const leaving = world.targets
      .withKey(group.id)
      .filter((target) => target.deregisteredAtMs === undefined && isMeant(Targets, target))
    for (const target of leaving) {
      world.targets.put({ ...target, deregisteredAtMs: world.now() })
      drain(world, target.id)
    }
    await announceTargets(world)
    return {}
  },
})

function isMeant(
  requested: readonly TargetRequest[],
  { instanceId, port }: { readonly instanceId: string; readonly port: number },
): boolean {
  return requested.some(({ Id, Port }) => Id === instanceId && (Port === undefined || Port === port))
}

export const describeTargetHealth = defineAction({
  name: 'DescribeTargetHealth',
  effect: 'reads',
  members: { TargetGroupArn: required(string), Targets: targets },
  run: ({ TargetGroupArn, Targets = [] }, world) => {
    const group = findGroup(world, TargetGroupArn)
    const registered = world.targets.withKey(group.id)
    const asked = registered.filter((target) => Targets.length === 0 || isMeant(Targets, target))
    const strangers = Targets.filter((one) => !registered.some((target) => isMeant([one], target)))
    return {
      TargetHealthDescriptions: [
        ...asked.map((target) => ({
          Target: { Id: target.instanceId, Port: target.port },
          HealthCheckPort: group.health.port === 'traffic-port' ? String(target.port) : group.health.port,
          TargetHealth: shownHealth(world, group, target),
        })),
        ...strangers.map(({ Id, Port = group.port }) => ({
          Target: { Id, Port },
          TargetHealth: {
            State: 'unused',
            Reason: 'Target.NotRegistered',
            Description: 'Target is not registered to the target group',
          },
        })),
      ],
    }
  },
})
