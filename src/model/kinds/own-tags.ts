import type { ResourceKind } from './kinds.js'
import { tagKeys } from '../tags.js'

/** EC2 API, "Tag restrictions": so many on a resource, whoever set them. */
export const tagsMax = 50

/** So many of the user's own can be remembered beside each other in the tag that tells them from somebody else's. */
export const userTagsMax = 40

const { name, stack, address, applied, revision, run, userTags } = tagKeys
const everywhere = [name, stack, address, applied, revision, run, userTags] as const

/** On what takes the place of another: the id of the other. */
const supersedes = 'evenkeel:supersedes'

/** How many tags of its own evenkeel puts on a resource of a kind at most, beside records of sync rules. */
export const ownTagsMax: Readonly<Partial<Record<ResourceKind, number>>> = {
  keyPair: everywhere.length,
  network: everywhere.length + [tagKeys.role].length,
  securityGroup: everywhere.length,
  image: everywhere.length + [tagKeys.version, tagKeys.regions, tagKeys.user, tagKeys.protect].length + 1,
  interface: everywhere.length,
  elasticIp: everywhere.length + [tagKeys.protect].length,
  placementGroup: everywhere.length,
  loadBalancer: everywhere.length,
  scalingGroup: everywhere.length + [tagKeys.options].length,
  server:
    everywhere.length +
    [tagKeys.user, tagKeys.via, tagKeys.userData, tagKeys.hostKey, tagKeys.protect, tagKeys.options, supersedes].length,
  volume:
    everywhere.length +
    [tagKeys.origin, tagKeys.onRemove, tagKeys.protect, tagKeys.retained, tagKeys.fstype, tagKeys.mount].length +
    [tagKeys.superseded, supersedes].length,
  // On its versions, which are snapshots.
  archive: [name, stack, address, run, tagKeys.version, tagKeys.source, tagKeys.fstype, tagKeys.uuid, tagKeys.size]
    .length,
}
