import { stayingOf } from '../../scaling/capacity.js'
import { activeRefresh } from '../../scaling/refresh.js'
import { tend } from '../../scaling/tend.js'
import { deletionProtections, newGroupArn, type ScalingGroup } from '../../model/auto-scaling/records.js'
import { ApiError } from '../../wire/api-error.js'
import { boolean, integer, list, oneOf, required, string, type ParsedMembers } from '../../wire/shape.js'
import { defineAction } from '../action.js'
import { findGroup, groupNamed, invalid } from './found.js'
import { readPlaces } from './places.js'
import { readScalingTags, scalingTags } from './tags.js'
import { readTemplate, templateMembers } from './template.js'
import { readTargetGroups } from './traffic.js'

/** What a group is made and changed with. */
const settings = {
  LaunchTemplate: templateMembers,
  MinSize: integer,
  MaxSize: integer,
  DesiredCapacity: integer,
  DefaultCooldown: integer,
  AvailabilityZones: list(string),
  VPCZoneIdentifier: string,
  HealthCheckType: string,
  HealthCheckGracePeriod: integer,
  TerminationPolicies: list(string),
  NewInstancesProtectedFromScaleIn: boolean,
  DefaultInstanceWarmup: integer,
  DeletionProtection: oneOf(...deletionProtections),
} as const

type Settings = ParsedMembers<typeof settings>

const nameMaximum = 255

export const createAutoScalingGroup = defineAction({
  name: 'CreateAutoScalingGroup',
  effect: 'writes',
  members: {
    AutoScalingGroupName: required(string),
    ...settings,
    TargetGroupARNs: list(string),
    Tags: scalingTags,
  },
  run: (parameters, world) => {
    const name = checkName(parameters.AutoScalingGroupName)
    const { MinSize, MaxSize, LaunchTemplate } = parameters
    if (MinSize === undefined || MaxSize === undefined) throw invalid('MinSize and MaxSize are required')
    if (!LaunchTemplate) {
      throw invalid(
        'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
      )
    }
    if (groupNamed(world, name)) {
      const message = `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`
      throw new ApiError('AlreadyExists', message)
    }
    const { zones, subnetIds } = readPlaces(world, parameters)
    if (zones.length === 0) throw invalid('At least one Availability Zone or VPC Subnet is required.')
    const tags = readScalingTags(parameters.Tags, name)
    const targetGroupIds = readTargetGroups(world, parameters.TargetGroupARNs ?? [])
    const sizes = checkSizes(MinSize, MaxSize, parameters.DesiredCapacity ?? MinSize)
    const group = world.scalingGroups.put({
      id: newGroupArn(world, name),
      sequence: world.nextSequence(),
      name,
      template: readTemplate(world, LaunchTemplate, { tags, zones, subnetIds }),
      ...sizes,
      zones,
      subnetIds,
      targetGroupIds,
      healthCheckType: readHealthCheckType(parameters.HealthCheckType ?? 'EC2'),
      // 0 where the API makes it, 300 where the console does (API reference, CreateAutoScalingGroup).
      graceSeconds: parameters.HealthCheckGracePeriod ?? 0,
      warmupSeconds: warmupOf(parameters, undefined),
      cooldownSeconds: parameters.DefaultCooldown ?? 300,
      deletionProtection: parameters.DeletionProtection ?? 'none',
      terminationPolicies: parameters.TerminationPolicies ?? ['Default'],
      areNewProtected: parameters.NewInstancesProtectedFromScaleIn ?? false,
      suspended: [],
      tags,
      createdAtMs: world.now(),
      isDeleting: false,
      failures: 0,
      pausedUntilMs: undefined,
    })
    tend(world, group.id)
    return {}
  },
})

export const updateAutoScalingGroup = defineAction({
  name: 'UpdateAutoScalingGroup',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string), ...settings },
  run: (parameters, world) => {
    const group = findGroup(world, parameters.AutoScalingGroupName)
    if (group.isDeleting) throw deleting(group)
    const moved = parameters.AvailabilityZones !== undefined || parameters.VPCZoneIdentifier !== undefined
    const places = moved ? readPlaces(world, parameters) : group
    const { MinSize = group.minSize, MaxSize = group.maxSize, LaunchTemplate } = parameters
    if (LaunchTemplate && activeRefresh(world, group.id)?.wanted) {
      throw invalid(
        'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
      )
    }
    // What is left out follows its new bounds (API reference, UpdateAutoScalingGroup).
    const desired = parameters.DesiredCapacity ?? Math.min(Math.max(group.desired, MinSize), MaxSize)
    world.scalingGroups.put({
      ...group,
      template: LaunchTemplate ? readTemplate(world, LaunchTemplate, { ...places, tags: group.tags }) : group.template,
      ...checkSizes(MinSize, MaxSize, desired),
      zones: places.zones,
      subnetIds: places.subnetIds,
      healthCheckType:
        parameters.HealthCheckType === undefined
          ? group.healthCheckType
          : readHealthCheckType(parameters.HealthCheckType),
      graceSeconds: parameters.HealthCheckGracePeriod ?? group.graceSeconds,
      warmupSeconds: warmupOf(parameters, group.warmupSeconds),
      cooldownSeconds: parameters.DefaultCooldown ?? group.cooldownSeconds,
      deletionProtection: parameters.DeletionProtection ?? group.deletionProtection,
      terminationPolicies: parameters.TerminationPolicies ?? group.terminationPolicies,
      areNewProtected: parameters.NewInstancesProtectedFromScaleIn ?? group.areNewProtected,
      pausedUntilMs: undefined,
    })
    return {}
  },
})

export const deleteAutoScalingGroup = defineAction({
  name: 'DeleteAutoScalingGroup',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string), ForceDelete: boolean },
  run: ({ AutoScalingGroupName, ForceDelete = false }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    const { deletionProtection } = group
    if (deletionProtection === 'prevent-all-deletion' || (ForceDelete && deletionProtection !== 'none')) {
      throw invalid(
        `You cannot delete Auto Scaling group ${group.name}: its deletion protection is ${deletionProtection}.`,
      )
    }
    const members = world.scalingMembers.withKey(group.id)
    if (!ForceDelete && stayingOf(world, group).length > 0) {
      throw new ApiError(
        'ResourceInUse',
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
      )
    }
    if (!ForceDelete && members.length > 0) {
      throw new ApiError(
        'ScalingActivityInProgress',
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
      )
    }
    world.scalingGroups.put({ ...group, isDeleting: true, minSize: 0, maxSize: 0, desired: 0 })
    const refresh = activeRefresh(world, group.id)
    if (refresh) world.instanceRefreshes.put({ ...refresh, status: 'Cancelled', endedAtMs: world.now() })
    return {}
  },
})

function deleting({ name }: ScalingGroup): ApiError {
  return new ApiError('ScalingActivityInProgress', `AutoScalingGroup '${name}' is being deleted.`)
}

/** Printable ASCII but for the colon (API reference, CreateAutoScalingGroup). */
function checkName(name: string): string {
  if (name.length <= nameMaximum && /^[\x21-\x39\x3b-\x7e]+$/.test(name)) return name
  throw invalid(
    `1 validation error detected: Value '${name}' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length less than or equal to ${nameMaximum}, and hold no colon`,
  )
}

function checkSizes(minSize: number, maxSize: number, desired: number) {
  if (minSize < 0 || maxSize < 0) throw invalid('Min and max bounds must not be negative')
  if (minSize > maxSize) throw invalid(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`)
  if (desired < minSize || desired > maxSize) {
    throw invalid(
      `Desired capacity:${desired} must be between the specified min size:${minSize} and max size:${maxSize}`,
    )
  }
  return { minSize, maxSize, desired }
}

function readHealthCheckType(text: string): 'EC2' | 'ELB' {
  const types = text.split(',').map((type) => type.trim())
  const unknown = types.find((type) => type !== 'EC2' && type !== 'ELB')
  if (unknown !== undefined) throw invalid(`Invalid Health Check type: ${unknown}`)
  return types.includes('ELB') ? 'ELB' : 'EC2'
}

/** -1 takes back what was set (API reference, DefaultInstanceWarmup). */
function warmupOf({ DefaultInstanceWarmup: given }: Settings, before: number | undefined): number | undefined {
  if (given === undefined) return before
  return given === -1 ? undefined : given
}
