import { parseAddress } from '../../model/address.js'
import { tagKeys } from '../../model/tags.js'
import { tagsOf, type TaggedItem } from '../ec2/tags/tag-lists.js'

/** Auto Scaling's own, on what is in a group; one that was detached by hand has it no more (User Guide, "Tag Auto Scaling groups"). */
const groupTag = 'aws:autoscaling:groupName'

/** Whether an instance is a member of a scaling group of its stack, and no server of it. */
export function isMember({ Tags }: TaggedItem): boolean {
  return isOfGroup({ Tags }) && tagsOf(Tags)[groupTag] !== undefined
}

/** Whether something carries the address of a scaling group, as the disks of its members do. */
export function isOfGroup({ Tags }: TaggedItem): boolean {
  return parseAddress(tagsOf(Tags)[tagKeys.address] ?? '')?.kind === 'scalingGroup'
}
