import { scalingProcesses, type ScalingGroup, type ScalingProcess } from '../../model/auto-scaling/records.js'
import { startLeaving } from '../../scaling/members.js'
import { boolean, integer, list, oneOf, required, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { renderActivity } from './describe.js'
import { findGroup, findMember, findMembers, invalid } from './found.js'

export const setDesiredCapacity = defineAction({
  name: 'SetDesiredCapacity',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string), DesiredCapacity: required(integer), HonorCooldown: boolean },
  run: ({ AutoScalingGroupName, DesiredCapacity: desired }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    setDesired(world, group, desired)
    return {}
  },
})

function setDesired(world: World, group: ScalingGroup, desired: number): void {
  const { minSize, maxSize } = group
  const says = (bound: string, value: number) =>
    invalid(`New SetDesiredCapacity value ${desired} is ${bound} value ${value} for the AutoScalingGroup.`)
  if (desired > maxSize) throw says('above max', maxSize)
  if (desired < minSize) throw says('below min', minSize)
  world.scalingGroups.put({ ...group, desired, pausedUntilMs: undefined })
}

export const terminateInstanceInAutoScalingGroup = defineAction({
  name: 'TerminateInstanceInAutoScalingGroup',
  effect: 'writes',
  members: { InstanceId: required(string), ShouldDecrementDesiredCapacity: required(boolean) },
  run: ({ InstanceId, ShouldDecrementDesiredCapacity: isLess }, world) => {
    const member = findMember(world, InstanceId)
    const group = world.scalingGroups.get(member.groupId)
    if (!group || member.state === 'Terminating') {
      throw invalid(`Instance Id not found - No managed instance found for instance ID: ${InstanceId}`)
    }
    if (isLess) {
      if (group.desired <= group.minSize) {
        throw invalid(
          `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
        )
      }
      world.scalingGroups.put({ ...group, desired: group.desired - 1 })
    }
    const shrinking = isLess ? `, shrinking the capacity from ${group.desired} to ${group.desired - 1}.` : '.'
    startLeaving(
      world,
      group,
      member,
      `instance ${InstanceId} was taken out of service in response to a user request${shrinking}`,
    )
    const activityId = world.scalingMembers.get(InstanceId)?.activityId ?? ''
    const activity = world.scalingActivities.get(activityId)
    return activity ? { Activity: renderActivity(world, activity) } : {}
  },
})

export const setInstanceHealth = defineAction({
  name: 'SetInstanceHealth',
  effect: 'writes',
  members: {
    InstanceId: required(string),
    HealthStatus: required(oneOf('Healthy', 'Unhealthy')),
    ShouldRespectGracePeriod: boolean,
  },
  run: ({ InstanceId, HealthStatus }, world) => {
    world.scalingMembers.put({ ...findMember(world, InstanceId), health: HealthStatus })
    return {}
  },
})

export const setInstanceProtection = defineAction({
  name: 'SetInstanceProtection',
  effect: 'writes',
  members: {
    AutoScalingGroupName: required(string),
    InstanceIds: required(list(string)),
    ProtectedFromScaleIn: required(boolean),
  },
  run: ({ AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn: isProtected }, world) => {
    const members = findMembers(world, findGroup(world, AutoScalingGroupName), InstanceIds)
    for (const member of members) world.scalingMembers.put({ ...member, isProtected })
    return {}
  },
})

const processQuery = { AutoScalingGroupName: required(string), ScalingProcesses: list(string) } as const

export const suspendProcesses = defineAction({
  name: 'SuspendProcesses',
  effect: 'writes',
  members: processQuery,
  run: ({ AutoScalingGroupName, ScalingProcesses }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    const suspended = [...new Set([...group.suspended, ...readProcesses(ScalingProcesses)])]
    world.scalingGroups.put({ ...group, suspended })
    return {}
  },
})

export const resumeProcesses = defineAction({
  name: 'ResumeProcesses',
  effect: 'writes',
  members: processQuery,
  run: ({ AutoScalingGroupName, ScalingProcesses }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    const resumed = readProcesses(ScalingProcesses)
    world.scalingGroups.put({ ...group, suspended: group.suspended.filter((name) => !resumed.includes(name)) })
    return {}
  },
})

/** None named: all (API reference, SuspendProcesses). */
function readProcesses(names: readonly string[] | undefined): readonly ScalingProcess[] {
  if (!names || names.length === 0) return scalingProcesses
  return names.map((name) => {
    const known = scalingProcesses.find((process) => process === name)
    if (known !== undefined) return known
    throw invalid(`Invalid scaling process: ${name}`)
  })
}
