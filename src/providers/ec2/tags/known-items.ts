import { tagKeys } from '../../../model/tags.js'
import type { CloudQuery } from '../../../executor/ports.js'
import type { Ec2Api } from '../wire/api.js'
import { readNamed } from '../wire/named-ids.js'
import { tagsOf, type TaggedItem } from './tag-lists.js'

export interface KnownItems<Item> {
  /** What the ids begin with, before the hyphen. */
  readonly prefix: string
  readonly idOf: (item: Item) => string | undefined
  readonly readByIds: (api: Ec2Api, ids: string[]) => Promise<readonly Item[] | undefined>
}

/**
 * A listing by tag, with those of the query's known ids that it does not show and that carry the stack's tag all the same: the
 * index of tags lags behind what is read by id (EC2 Developer Guide, "Eventual consistency"). No call for none.
 * What the file adopts is shown as long as it belongs to no stack.
 */
export async function withKnown<Item extends TaggedItem>(
  api: Ec2Api,
  { stack, knownIds = [], adoptedIds = [] }: Pick<CloudQuery, 'stack' | 'knownIds' | 'adoptedIds'>,
  listed: readonly Item[],
  { prefix, idOf, readByIds }: KnownItems<Item>,
): Promise<readonly Item[]> {
  const shown = new Set(listed.map(idOf))
  const adopted = new Set(adoptedIds.map(({ id }) => id))
  const asked = new Set([...knownIds, ...adopted])
  const missing = [...asked].filter((id) => id.startsWith(`${prefix}-`) && !shown.has(id))
  const found = await readNamed(missing, (ids) => readByIds(api, ids))
  const isSeen = (item: Item) => {
    const owner = tagsOf(item.Tags)[tagKeys.stack]
    return owner === stack || (owner === undefined && adopted.has(idOf(item) ?? ''))
  }
  return [...listed, ...found.filter(isSeen)]
}
