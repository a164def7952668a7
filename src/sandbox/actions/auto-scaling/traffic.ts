import type { ScalingGroup } from '../../model/auto-scaling/records.js'
import { giveTraffic } from '../../scaling/members.js'
import { ApiError } from '../../wire/api-error.js'
import { integer, list, required, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { deregisterTargets } from '../load-balancing/targets.js'
import { findGroup, invalid, pageOf } from './found.js'

/** Target groups by their ARNs, each of which exists. */
export function readTargetGroups(world: World, arns: readonly string[]): readonly string[] {
  if (arns.every((arn) => world.targetGroups.get(arn))) return arns
  throw invalid('Provided Target Groups may not be valid. Please ensure they exist and try again.')
}

function deleting({ name }: ScalingGroup): ApiError {
  return new ApiError('ScalingActivityInProgress', `AutoScalingGroup '${name}' is being deleted.`)
}

export const attachLoadBalancerTargetGroups = defineAction({
  name: 'AttachLoadBalancerTargetGroups',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string), TargetGroupARNs: required(list(string)) },
  run: async ({ AutoScalingGroupName, TargetGroupARNs }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    if (group.isDeleting) throw deleting(group)
    const added = readTargetGroups(world, TargetGroupARNs)
    const attached = world.scalingGroups.put({
      ...group,
      targetGroupIds: [...new Set([...group.targetGroupIds, ...added])],
    })
    for (const { id, state } of world.scalingMembers.withKey(group.id)) {
      if (state === 'InService' && world.instances.get(id)?.state === 'running') await giveTraffic(world, attached, id)
    }
    return {}
  },
})

/** Its members are deregistered, and drain. */
export const detachLoadBalancerTargetGroups = defineAction({
  name: 'DetachLoadBalancerTargetGroups',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string), TargetGroupARNs: required(list(string)) },
  run: async ({ AutoScalingGroupName, TargetGroupARNs }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    const missing = TargetGroupARNs.find((arn) => !group.targetGroupIds.includes(arn))
    if (missing !== undefined) {
      throw invalid('Trying to remove Target Groups that are not part of the group')
    }
    world.scalingGroups.put({
      ...group,
      targetGroupIds: group.targetGroupIds.filter((arn) => !TargetGroupARNs.includes(arn)),
    })
    const Targets = world.scalingMembers.withKey(group.id).map(({ id }) => ({ Id: id }))
    for (const TargetGroupArn of TargetGroupARNs) {
      if (world.targetGroups.get(TargetGroupArn)) {
        await deregisterTargets.run({ TargetGroupArn, Targets } as never, world)
      }
    }
    return {}
  },
})

export const describeLoadBalancerTargetGroups = defineAction({
  name: 'DescribeLoadBalancerTargetGroups',
  effect: 'reads',
  members: { AutoScalingGroupName: required(string), MaxRecords: integer, NextToken: string },
  run: ({ AutoScalingGroupName, ...page }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    const { items, NextToken } = pageOf(group.targetGroupIds, page, { usual: 100, most: 100 })
    const State = group.healthCheckType === 'ELB' ? 'InService' : 'Added'
    return {
      LoadBalancerTargetGroups: items.map((arn) => ({ LoadBalancerTargetGroupARN: arn, State })),
      NextToken,
    }
  },
})
