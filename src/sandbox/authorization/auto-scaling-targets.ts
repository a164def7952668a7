import type { World } from '../world/world.js'
import type { ServiceTarget } from './load-balancing-targets.js'
import type { Given } from './required-targets.js'

interface TagRequest {
  readonly ResourceId?: string
  readonly Key?: string
  readonly Value?: string
}

/**
 * The groups that a call is about; none: it names no resource, as Describe calls do not. Tags in the call that makes a
 * group are asked for with it (Service Authorization Reference, "Actions defined by Amazon EC2 Auto Scaling").
 */
export function autoScalingTargets(action: string, given: Given, world: World): readonly ServiceTarget[] {
  if (action.startsWith('Describe')) return []
  const tags = (given['Tags'] ?? []) as readonly TagRequest[]
  const requestTags = Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
  const named = (given['AutoScalingGroupName'] as string | undefined) ?? groupOfInstance(world, given)
  const names = named === undefined ? [...new Set(tags.flatMap(({ ResourceId }) => ResourceId ?? []))] : [named]
  return names.map((name) => {
    const [group] = world.scalingGroups.withKey(name)
    const arn = `arn:aws:autoscaling:${world.region.name}:${world.accountId}:autoScalingGroup:*:autoScalingGroupName/${name}`
    return {
      arn: group?.id ?? arn,
      tags: Object.fromEntries((group?.tags ?? []).map(({ key, value }) => [key, value])),
      requestTags,
      isMade: false,
    }
  })
}

function groupOfInstance(world: World, given: Given): string | undefined {
  const id = given['InstanceId'] as string | undefined
  const member = id === undefined ? undefined : world.scalingMembers.get(id)
  return member && world.scalingGroups.get(member.groupId)?.name
}
