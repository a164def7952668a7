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
 */
export async function withKnown<Item extends TaggedItem>(
  api: Ec2Api,
  { stack, knownIds = [] }: Pick<CloudQuery, 'stack' | 'knownIds'>,
  listed: readonly Item[],
  { prefix, idOf, readByIds }: KnownItems<Item>,
): Promise<readonly Item[]> {
  const shown = new Set(listed.map(idOf))
  const missing = knownIds.filter((id) => id.startsWith(`${prefix}-`) && !shown.has(id))
  const found = await readNamed(missing, (ids) => readByIds(api, ids))
  return [...listed, ...found.filter(({ Tags }) => tagsOf(Tags)[tagKeys.stack] === stack)]
}
