import type { Action, InputOf, OutputOf } from './actions.js'
import type { Ec2Api } from './api.js'
import { providerError } from '../errors/provider-errors.js'

/** The actions whose answers come in pages. */
export type PagedAction = {
  [A in Action]: OutputOf<A> extends { NextToken?: string | undefined } ? A : never
}[Action]

/** The most that an API takes as MaxResults, where it is not 1000 (EC2 API, by action). */
const pageSizesMax: Partial<Record<PagedAction, number>> = {
  DescribeInstanceTypes: 100,
  DescribeLaunchTemplates: 200,
  DescribeLaunchTemplateVersions: 200,
  DescribeRouteTables: 100,
  DescribeVolumesModifications: 500,
}

/** A page without items may give the token that it was asked with; so many in a row are no paging any more. */
const repeatsMax = 100

/** Chosen: ten million resources. More pages are none of EC2's, whatever tokens they give. */
const pagesMax = 10_000

/** Filters, as EC2 takes them: values are alternatives, names must all fit. */
export type FilterList = readonly { readonly Name: string; readonly Values: readonly string[] }[]

/** A list that may be sent: the SDK's types want mutable arrays. */
export function filtersOf(filters: FilterList): { Name: string; Values: string[] }[] {
  return filters.map(({ Name, Values }) => ({ Name, Values: [...Values] }))
}

/**
 * Everything that a paged Describe answers. MaxResults is always sent: without it EC2 answers all at once, from a smaller
 * bucket. A page without items may have a successor; `''` and a missing token end the list.
 */
export async function readAll<A extends PagedAction, Item>(
  api: Ec2Api,
  action: A,
  input: InputOf<A>,
  itemsOf: (output: OutputOf<A>) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = []
  const MaxResults = Math.min(api.settings.pageSize, pageSizesMax[action] ?? 1000)
  let token: string | undefined
  let repeats = 0
  let pages = 0
  do {
    const output = await api.call(action, {
      ...input,
      MaxResults,
      ...(token === undefined ? {} : { NextToken: token }),
    })
    for (const item of itemsOf(output) ?? []) items.push(item)
    const next = (output as { readonly NextToken?: string | undefined }).NextToken
    repeats = next === token ? repeats + 1 : 0
    pages += 1
    if (repeats > repeatsMax || pages > pagesMax) throw endless(api, action)
    token = next === '' ? undefined : next
  } while (token !== undefined)
  return items
}

function endless(api: Ec2Api, action: string) {
  return providerError('EC2_PROTOCOL', 'fatal', `${action} at ${api.endpointName} gives pages for ever`, {
    hint: 'check `target.endpoint`; if it is right, report this with the name of what answers there',
    action,
  })
}

/** EC2 takes at most 200 values in a filter. */
const filterValuesMax = 200

/** What `read` finds for values of a filter, of which there may be more than one call takes; nothing is asked for none. */
export async function readForEach<Item>(
  values: readonly string[],
  read: (values: readonly string[]) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const found = await Promise.all(chunksOf(values, filterValuesMax).map(read))
  return found.flat()
}

/** A list in pieces of at most `size`. */
export function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const chunks: Item[][] = []
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size))
  return chunks
}

/** A text that matches itself alone in a filter value, where `*` and `?` are wildcards and `\` escapes them. */
export function literalFilterValue(text: string): string {
  return text.replaceAll(/[\\*?]/g, String.raw`\$&`)
}
