import { required } from '../../core/assert.js'
import type { Address } from '../../model/address.js'
import type { UserTags } from '../../model/tags.js'
import type { Context } from '../context.js'
import type { Entries } from '../sections.js'
import type { TagsShape } from '../shape/stack-shape.generated.js'

/** Entries by name, as compareAddresses orders them. */
export function inOrder<Shape>(entries: Entries<Shape>): readonly (readonly [name: string, entry: Shape])[] {
  const names = [...entries.keys()].toSorted((left, right) => (left < right ? -1 : 1))
  return names.map((name) => [name, required(entries.get(name), name)] as const)
}

/** The same with one more, which evenkeel adds by itself. */
export function withGenerated<Spec extends { readonly address: Address }>(
  specs: readonly Spec[],
  added: Spec,
): readonly Spec[] {
  return [...specs, added].toSorted((left, right) => (left.address < right.address ? -1 : 1))
}

/** The stack's tags and the entry's own, which win. Keys sorted. */
export function tagsOf(context: Context, tags: TagsShape | undefined): UserTags {
  const merged = Object.entries({ ...context.stack.tags, ...tags })
  const sorted = merged.toSorted(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([key, value]) => [key, required(value, key)]))
}
