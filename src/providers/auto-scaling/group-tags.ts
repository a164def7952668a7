import type { Effect } from '../../executor/ports.js'
import { tagKeys, type Tags } from '../../model/tags.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { tagListOf } from '../ec2/tags/tag-lists.js'
import { groupNameOf, readGroupByArn, type ScalingApi } from './read-groups.js'

/** What is recorded of the group alone, and not of what it launches. */
const ofGroup: ReadonlySet<string> = new Set([
  tagKeys.applied,
  tagKeys.options,
  tagKeys.revision,
  tagKeys.run,
  tagKeys.userTags,
])

/** Tags as Auto Scaling takes them: the stack's, the address and the user's own go on to members. */
export function scalingTagsOf(name: string, tags: Tags) {
  return Object.entries(tags).map(([Key, Value]) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value,
    PropagateAtLaunch: !ofGroup.has(Key),
  }))
}

/** A group, and where it is called otherwise the template that it launches from too. */
export async function tagGroup(api: Ec2Api, arn: string, tags: Tags): Promise<Effect> {
  const names = Object.fromEntries(
    Object.entries(tags).filter(([key]) => key === tagKeys.address || key === tagKeys.name),
  )
  const group = Object.keys(names).length > 0 ? await readGroupByArn(api, arn) : undefined
  const template = group?.LaunchTemplate?.LaunchTemplateId
  if (template !== undefined) await api.call('CreateTags', { Resources: [template], Tags: tagListOf(names) })
  await api.scaling.call('CreateOrUpdateTags', { Tags: scalingTagsOf(groupNameOf(arn), tags) })
  return 'done'
}

export async function untagGroup(scaling: ScalingApi, arn: string, keys: readonly string[]): Promise<Effect> {
  const name = groupNameOf(arn)
  const Tags = keys.map((Key) => ({ ResourceId: name, ResourceType: 'auto-scaling-group', Key }))
  await scaling.call('DeleteTags', { Tags })
  return 'done'
}
