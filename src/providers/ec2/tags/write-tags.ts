import { assert } from '../../../core/assert.js'
import type { Owner, TagCloud } from '../../../executor/ports.js'
import { providerError } from '../errors/provider-errors.js'
import { kinds } from '../kinds/kinds.js'
import type { Ec2Api } from '../wire/api.js'
import { readOwned } from './ownership.js'
import { tagListOf, type TaggedItem } from './tag-lists.js'

/** How tags are written on what exists; what is created gets its tags in the create call. */
export function createTagCalls(api: Ec2Api): TagCloud {
  return {
    setTags: async ({ id, tags }) => {
      if (Object.keys(tags).length === 0) return 'unchanged'
      await api.call('CreateTags', { Resources: [id], Tags: tagListOf(tags) })
      api.young.note(id)
      return 'done'
    },
    removeTags: async ({ id, keys, owner }) => {
      // DeleteTags without a list takes every tag away.
      if (keys.length === 0) return 'unchanged'
      const present = await readTags(api, id, owner)
      const doomed = keys.filter((key) => present.has(key))
      if (doomed.length === 0) return 'unchanged'
      await api.call('DeleteTags', { Resources: [id], Tags: doomed.map((Key) => ({ Key })) }, { seen: true })
      return 'done'
    },
  }
}

async function readTags(api: Ec2Api, id: string, owner: Owner): Promise<ReadonlySet<string>> {
  const kind = Object.values(kinds).find(({ idPrefix }) => id.startsWith(`${idPrefix}-`))
  assert(kind, `no way to read the tags of ${id}`)
  const item = await readOwned<TaggedItem>(api, id, owner, kind.readById)
  if (item === undefined) {
    throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
      hint: 'plan again to see what the stack has now',
    })
  }
  return new Set((item.Tags ?? []).map(({ Key }) => Key ?? ''))
}
