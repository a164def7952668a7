import { assert } from '../../../core/assert.js'
import { canonicalJson } from '../../../core/digest.js'
import type { Owner, TagCloud } from '../../../executor/ports.js'
import type { Tags } from '../../../model/tags.js'
import { providerError } from '../errors/provider-errors.js'
import { tagGroup, untagGroup } from '../../auto-scaling/group-tags.js'
import { isScaling } from '../../auto-scaling/read-groups.js'
import { isBalancing, tagBalancer, untagBalancer } from '../../elastic-load-balancing/balancer-tags.js'
import { kinds } from '../kinds/kinds.js'
import { allOrEach } from '../wire/all-or-each.js'
import type { Ec2Api } from '../wire/api.js'
import { createGathering } from '../wire/gather.js'
import { gatherMs } from '../wire/shared-reads.js'
import { readOwned } from './ownership.js'
import { tagListOf, type TaggedItem } from './tag-lists.js'

/** How tags are written on what exists; what is created gets its tags in the create call. */
export function createTagCalls(api: Ec2Api): TagCloud {
  const tagTogether = taggingTogether(api)
  return {
    setTags: async ({ id, tags }) => {
      if (Object.keys(tags).length === 0) return 'unchanged'
      if (isBalancing(id)) return tagBalancer(api.balancing, id, tags)
      if (isScaling(id)) return tagGroup(api, id, tags)
      await tagTogether(canonicalJson(tags), { id, tags })
      api.young.note(id)
      return 'done'
    },
    removeTags: async ({ id, keys, owner }) => {
      // DeleteTags without a list takes every tag away.
      if (keys.length === 0) return 'unchanged'
      const present = await readTags(api, id, owner)
      const doomed = keys.filter((key) => present.has(key))
      if (doomed.length === 0) return 'unchanged'
      if (isBalancing(id)) return untagBalancer(api.balancing, id, doomed)
      if (isScaling(id)) return untagGroup(api.scaling, id, doomed)
      await api.call('DeleteTags', { Resources: [id], Tags: doomed.map((Key) => ({ Key })) }, { seen: true })
      return 'done'
    },
  }
}

/** What gets the same tags at the same moment gets them by one call. */
function taggingTogether(api: Ec2Api): (key: string, tagging: Tagging) => Promise<void> {
  const { clock, pollScale } = api.settings
  const tag = async (taggings: readonly Tagging[]): Promise<void> => {
    const [first] = taggings
    const ids = [...new Set(taggings.map(({ id }) => id))]
    const input = { Resources: ids, Tags: tagListOf(first?.tags ?? {}) }
    // One that is missing fails all; each is then asked for alone, with the patience that young ones get.
    await api.call('CreateTags', input, { isAbsenceBelieved: ids.length > 1 })
  }
  return createGathering({ clock, windowMs: gatherMs * pollScale, perform: (taggings) => allOrEach(taggings, tag) })
}

interface Tagging {
  readonly id: string
  readonly tags: Tags
}

function isOf(prefix: string, id: string): boolean {
  return id.startsWith('arn:') ? id.split(':')[2] === prefix : id.startsWith(`${prefix}-`)
}

async function readTags(api: Ec2Api, id: string, owner: Owner): Promise<ReadonlySet<string>> {
  const kind = Object.values(kinds).find(({ idPrefixes }) => idPrefixes.some((prefix) => isOf(prefix, id)))
  assert(kind, `no way to read the tags of ${id}`)
  const item = await readOwned<TaggedItem>(api, id, owner, kind.readById)
  if (item === undefined) {
    throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
      hint: 'plan again to see what the stack has now',
    })
  }
  return new Set((item.Tags ?? []).map(({ Key }) => Key ?? ''))
}
