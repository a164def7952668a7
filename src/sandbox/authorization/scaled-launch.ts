import type { RunInstancesParameters } from '../actions/launch/members.js'
import { mergeLaunchTemplate } from '../actions/launch/named-template.js'
import type { TemplateRequest } from '../actions/auto-scaling/template.js'
import { readPlaces } from '../actions/auto-scaling/places.js'
import type { ScalingTag } from '../model/auto-scaling/records.js'
import { launchOf } from '../scaling/launch.js'
import { ApiError } from '../wire/api-error.js'
import type { World } from '../world/world.js'
import { findTemplate } from '../actions/launch/named-template.js'
import type { Given } from './required-targets.js'

interface ScalingRequest {
  readonly AutoScalingGroupName?: string
  readonly LaunchTemplate?: TemplateRequest
  readonly DesiredConfiguration?: { readonly LaunchTemplate?: TemplateRequest }
  readonly AvailabilityZones?: readonly string[]
  readonly VPCZoneIdentifier?: string
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string; readonly PropagateAtLaunch?: boolean }[]
}

/**
 * The launch that a call of Auto Scaling is about, with what its template says: whoever names a launch template must be
 * allowed to launch by it himself, and to pass the role in it (User Guide, "Control Amazon EC2 launch template usage").
 * Undefined where it names none, or what is not there: that is refused in other words.
 */
export function scaledLaunch(given: Given, world: World): RunInstancesParameters | undefined {
  const request: ScalingRequest = given
  const named = request.LaunchTemplate ?? request.DesiredConfiguration?.LaunchTemplate
  if (!named) return undefined
  const [group] = world.scalingGroups.withKey(request.AutoScalingGroupName ?? '')
  try {
    const isPlaced = request.AvailabilityZones !== undefined || request.VPCZoneIdentifier !== undefined
    const places = isPlaced || !group ? readPlaces(world, request) : group
    const choice = { templateId: findTemplate(world, named).id, version: named.Version ?? '$Default' }
    const place = { zone: places.zones[0] ?? '', subnetId: places.subnetIds[0] }
    const launch = launchOf(world, { tags: group?.tags ?? tagsOf(request) }, choice, place)
    return { ...mergeLaunchTemplate(world, launch).parameters, LaunchTemplate: launch.LaunchTemplate }
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}

function tagsOf({ Tags = [] }: ScalingRequest): readonly ScalingTag[] {
  return Tags.map(({ Key: key = '', Value: value = '', PropagateAtLaunch: isPropagated = false }) => ({
    key,
    value,
    isPropagated,
  }))
}
