import {
  existingKey,
  type ExistingGroup,
  type ExistingKeyPair,
  type ExistingSelector,
  type FoundBySelector,
} from '../../../model/launch/existing.js'
import { tagKeys } from '../../../model/tags.js'
import { publicKeyWithoutComment } from '../kinds/key-pair/observe-key-pairs.js'
import { readSecurityGroups } from '../kinds/security-group/read-security-groups.js'
import { tagsOf, type TaggedItem } from '../tags/tag-lists.js'
import type { Ec2Api } from '../wire/api.js'
import { filtersOf, literalFilterValue, readForEach } from '../wire/pages.js'

/** The groups that fit each selector: one call for all ids, one for each tag. */
export async function readExistingGroups(
  api: Ec2Api,
  selectors: readonly ExistingSelector[],
): Promise<FoundBySelector<ExistingGroup>> {
  return readEach(selectors, { id: 'group-id', name: 'group-name' }, async (Name, Values) => {
    const groups = await readSecurityGroups(api, [{ Name, Values: [...Values] }])
    return groups.map((group) => {
      const id = group.GroupId ?? ''
      return { id, name: group.GroupName, item: { id, ...stackOf(group), vpcId: group.VpcId ?? '' } }
    })
  })
}

/** The key pairs that fit each selector: one call for all ids, one for all names, one for each tag. */
export async function readExistingKeyPairs(
  api: Ec2Api,
  selectors: readonly ExistingSelector[],
): Promise<FoundBySelector<ExistingKeyPair>> {
  return readEach(selectors, { id: 'key-pair-id', name: 'key-name' }, async (Name, Values) => {
    const Filters = filtersOf([{ Name, Values }])
    const { KeyPairs = [] } = await api.call('DescribeKeyPairs', { Filters, IncludePublicKey: true })
    return KeyPairs.map((pair) => {
      const { KeyPairId: id = '', KeyName: keyName = '', PublicKey } = pair
      const publicKey = PublicKey === undefined ? undefined : publicKeyWithoutComment(PublicKey)
      return { id, name: keyName, item: { id, ...stackOf(pair), keyName, publicKey } }
    })
  })
}

interface Read<Item> {
  readonly id: string
  readonly name: string | undefined
  readonly item: Item
}

async function readEach<Item extends { readonly id: string }>(
  selectors: readonly ExistingSelector[],
  filters: { readonly id: string; readonly name: string },
  read: (filter: string, values: readonly string[]) => Promise<readonly Read<Item>[]>,
): Promise<FoundBySelector<Item>> {
  const wanted = new Map(selectors.map((selector) => [existingKey(selector), selector]))
  const of = <Kind extends ExistingSelector['kind']>(kind: Kind) =>
    [...wanted.values()].filter((one): one is Extract<ExistingSelector, { kind: Kind }> => one.kind === kind)
  const ids = readForEach(
    of('id').map(({ id }) => id),
    async (values) => (await read(filters.id, values)).map(({ id, item }) => [id, item] as const),
  )
  const names = readForEach(
    of('name').map(({ name }) => name),
    async (values) => {
      const found = await read(filters.name, values.map(literalFilterValue))
      return found.map(({ name = '', item }) => [existingKey({ kind: 'name', name }), item] as const)
    },
  )
  const tags = of('tag').map(async (selector) => {
    const found = await read(`tag:${literalFilterValue(selector.key)}`, [literalFilterValue(selector.value)])
    return found.map(({ item }) => [existingKey(selector), item] as const)
  })
  const found = (await Promise.all([ids, names, ...tags])).flat()
  return Object.fromEntries(
    [...wanted.keys()].map((key) => [
      key,
      found.flatMap(([of_, item]) => (of_ === key ? [item] : [])).sort((left, right) => (left.id < right.id ? -1 : 1)),
    ]),
  )
}

function stackOf(item: TaggedItem): { readonly stack?: string } {
  const stack = tagsOf(item.Tags)[tagKeys.stack]
  return stack === undefined ? {} : { stack }
}
