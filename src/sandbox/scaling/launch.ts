import { findTemplate, findVersion } from '../actions/launch/named-template.js'
import type { RunInstancesParameters } from '../actions/launch/members.js'
import { runInstances } from '../actions/launch/run-instances.js'
import type { ScalingGroup, ScalingMember, TemplateChoice } from '../model/auto-scaling/records.js'
import { mergeTags } from '../model/tags.js'
import { ApiError } from '../wire/api-error.js'
import type { World } from '../world/world.js'
import { begin, finish } from './activities.js'

/** Where a group launches: a subnet, or a zone's default one. */
interface Place {
  readonly zone: string
  readonly subnetId: string | undefined
}

/** Codes for which another zone is tried (EC2 API reference, error codes). */
const scarce = new Set(['InsufficientInstanceCapacity', 'InsufficientFreeAddressesInSubnet', 'Unsupported'])

/** After so many failures the pause does not grow any more; chosen. */
const pauseDoublingsMaximum = 5

/** Launches one instance more, in the zone that has least of them. False where none of its zones would have it. */
export async function launchOne(
  world: World,
  group: ScalingGroup,
  template: TemplateChoice,
  members: readonly ScalingMember[],
): Promise<boolean> {
  const count = members.length
  const cause = `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${count} to ${count + 1}.`
  const activity = begin(world, group.id, {
    description: 'Launching a new EC2 instance',
    cause,
    status: 'PreInService',
  })
  let failure: ApiError | undefined
  for (const place of placesOf(world, group, members)) {
    try {
      const launched = await launchIn(world, group, template, place)
      world.scalingActivities.put({ ...activity, description: `Launching a new EC2 instance: ${launched.id}` })
      world.scalingMembers.put({
        id: launched.id,
        sequence: world.nextSequence(),
        groupId: group.id,
        template: { templateId: template.templateId, version: launched.version },
        state: 'Pending',
        health: 'Healthy',
        isProtected: group.areNewProtected,
        inServiceAtMs: undefined,
        activityId: activity.id,
      })
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failure = error
      if (!scarce.has(error.code)) break
    }
  }
  const message = `${failure?.message ?? 'The group has no zone'} Launching EC2 instance failed.`
  world.scalingActivities.put({ ...activity, description: `${activity.description}.  Status Reason: ${message}` })
  finish(world, activity.id, 'Failed', message)
  const failures = group.failures + 1
  const pauseMs = world.cloud.latencies.scalingRetryMs * 2 ** Math.min(failures - 1, pauseDoublingsMaximum)
  const current = world.scalingGroups.get(group.id)
  if (current) world.scalingGroups.put({ ...current, failures, pausedUntilMs: world.now() + pauseMs })
  return false
}

/** The group's places, that with the fewest members first. */
function placesOf(world: World, group: ScalingGroup, members: readonly ScalingMember[]): readonly Place[] {
  const places: readonly Place[] =
    group.subnetIds.length > 0
      ? group.subnetIds.flatMap((subnetId) => {
          const subnet = world.subnets.get(subnetId)
          return subnet ? [{ zone: subnet.zone, subnetId }] : []
        })
      : group.zones.map((zone) => ({ zone, subnetId: undefined }))
  const used = (place: Place) => members.filter(({ id }) => world.instances.get(id)?.zone === place.zone).length
  return places.toSorted((left, right) => used(left) - used(right))
}

async function launchIn(
  world: World,
  group: ScalingGroup,
  choice: TemplateChoice,
  { zone, subnetId }: Place,
): Promise<{ readonly id: string; readonly version: string }> {
  const version = String(findVersion(world, templateOf(world, choice), choice.version).version)
  await runInstances.run(launchOf(world, group, { ...choice, version }, { zone, subnetId }) as never, world)
  const id = world.instances.values().at(-1)?.id ?? ''
  world.tags.put(id, mergeTags(world.tags.get(id), { 'aws:autoscaling:groupName': group.name }))
  return { id, version }
}

function templateOf(world: World, { templateId }: TemplateChoice) {
  return findTemplate(world, { LaunchTemplateId: templateId })
}

/** What Auto Scaling asks of EC2 for one instance of a group. */
export function launchOf(
  world: World,
  { tags }: Pick<ScalingGroup, 'tags'>,
  choice: TemplateChoice,
  { zone, subnetId }: Place,
): RunInstancesParameters {
  const data = findVersion(world, templateOf(world, choice), choice.version).data as Partial<RunInstancesParameters>
  const propagated = tags.flatMap(({ key: Key, value: Value, isPropagated }) => (isPropagated ? [{ Key, Value }] : []))
  const [first] = data.NetworkInterface ?? []
  return {
    LaunchTemplate: { LaunchTemplateId: choice.templateId, Version: choice.version },
    MinCount: 1,
    MaxCount: 1,
    ...(subnetId === undefined && { Placement: { ...data.Placement, AvailabilityZone: zone } }),
    ...(subnetId !== undefined && !first && { SubnetId: subnetId }),
    ...(subnetId !== undefined && first && { NetworkInterface: [{ ...first, SubnetId: subnetId }] }),
    ...(propagated.length > 0 && { TagSpecification: [{ ResourceType: 'instance', Tag: propagated }] }),
  }
}
