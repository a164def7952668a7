import { versionOf } from '../../scaling/refresh.js'
import type { ScalingActivity, ScalingGroup, ScalingMember } from '../../model/auto-scaling/records.js'
import { compileFilters } from '../../wire/filter.js'
import { boolean, integer, list, string } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { findGroup, groupNamed, pageOf } from './found.js'
import { ec2Filters, renderScalingTag, scalingFilters } from './tags.js'
import { renderTemplate } from './template.js'

const paging = { MaxRecords: integer, NextToken: string } as const

export const describeAutoScalingGroups = defineAction({
  name: 'DescribeAutoScalingGroups',
  effect: 'reads',
  members: { AutoScalingGroupNames: list(string), IncludeInstances: boolean, Filters: scalingFilters, ...paging },
  run: ({ AutoScalingGroupNames: names, IncludeInstances = true, Filters, ...page }, world) => {
    const isMeant = compileFilters<ScalingGroup>(ec2Filters(Filters), {}, ({ tags }) =>
      Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    )
    const asked = names ? names.flatMap((name) => groupNamed(world, name) ?? []) : world.scalingGroups.values()
    const { items, NextToken } = pageOf(asked.filter(isMeant), page, { usual: 50, most: 100 })
    return { AutoScalingGroups: items.map((group) => renderGroup(world, group, IncludeInstances)), NextToken }
  },
})

function renderGroup(world: World, group: ScalingGroup, withInstances: boolean): XmlRecord {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.id,
    LaunchTemplate: renderTemplate(world, group.template),
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldownSeconds,
    AvailabilityZones: group.zones,
    LoadBalancerNames: [],
    TargetGroupARNs: group.targetGroupIds,
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.graceSeconds,
    Instances: withInstances
      ? world.scalingMembers.withKey(group.id).map((member) => renderMember(world, member))
      : undefined,
    CreatedTime: new Date(group.createdAtMs),
    SuspendedProcesses: group.suspended.map((name) => ({
      ProcessName: name,
      SuspensionReason: `User suspended at ${new Date(group.createdAtMs).toISOString()}`,
    })),
    VPCZoneIdentifier: group.subnetIds.join(','),
    EnabledMetrics: [],
    Status: group.isDeleting ? 'Delete in progress' : undefined,
    Tags: group.tags.map((tag) => renderScalingTag(group, tag)),
    TerminationPolicies: group.terminationPolicies,
    NewInstancesProtectedFromScaleIn: group.areNewProtected,
    DefaultInstanceWarmup: group.warmupSeconds,
    DeletionProtection: group.deletionProtection,
    TrafficSources: group.targetGroupIds.map((arn) => ({ Identifier: arn, Type: 'elbv2' })),
  }
}

function renderMember(world: World, member: ScalingMember): XmlRecord {
  const instance = world.instances.get(member.id)
  const isOver = member.state === 'Terminating'
  const waits = isOver && instance?.state === 'running'
  return {
    InstanceId: member.id,
    InstanceType: instance?.instanceType,
    AvailabilityZone: instance?.zone ?? '',
    LifecycleState: waits ? 'Terminating' : member.state,
    HealthStatus: member.health,
    LaunchTemplate: renderTemplate(world, { ...member.template, version: versionOf(world, member.template) }),
    ProtectedFromScaleIn: member.isProtected,
  }
}

export const describeAutoScalingInstances = defineAction({
  name: 'DescribeAutoScalingInstances',
  effect: 'reads',
  members: { InstanceIds: list(string), ...paging },
  run: ({ InstanceIds: ids, ...page }, world) => {
    const asked = world.scalingMembers.values().filter(({ id }) => ids === undefined || ids.includes(id))
    const { items, NextToken } = pageOf(asked, page, { usual: 50, most: 50 })
    return {
      AutoScalingInstances: items.map((member) => ({
        ...renderMember(world, member),
        // In capitals here, and nowhere else (API reference, AutoScalingInstanceDetails).
        HealthStatus: member.health.toUpperCase(),
        AutoScalingGroupName: world.scalingGroups.get(member.groupId)?.name,
      })),
      NextToken,
    }
  },
})

/** The latest first. */
export const describeScalingActivities = defineAction({
  name: 'DescribeScalingActivities',
  effect: 'reads',
  members: { ActivityIds: list(string), AutoScalingGroupName: string, IncludeDeletedGroups: boolean, ...paging },
  run: ({ ActivityIds: ids, AutoScalingGroupName: name, IncludeDeletedGroups: _none, ...page }, world) => {
    const all = name === undefined ? world.scalingActivities.values() : ofGroup(world, findGroup(world, name))
    const asked = all.filter(({ id }) => ids === undefined || ids.includes(id))
    const latestFirst = asked.toSorted((left, right) => right.sequence - left.sequence)
    const { items, NextToken } = pageOf(latestFirst, page, { usual: 100, most: 100 })
    return { Activities: items.map((activity) => renderActivity(world, activity)), NextToken }
  },
})

function ofGroup(world: World, { id }: ScalingGroup): readonly ScalingActivity[] {
  return world.scalingActivities.withKey(id)
}

export function renderActivity(world: World, activity: ScalingActivity): XmlRecord {
  const { endedAtMs } = activity
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: world.scalingGroups.get(activity.groupId)?.name ?? '',
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAtMs),
    EndTime: endedAtMs === undefined ? undefined : new Date(endedAtMs),
    StatusCode: activity.status,
    StatusMessage: activity.message,
    Progress: endedAtMs === undefined ? (activity.status === 'PreInService' ? 25 : 50) : 100,
    Details: '{}',
    AutoScalingGroupARN: activity.groupId,
  }
}
