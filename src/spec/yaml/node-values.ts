import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Alias, Node } from 'yaml'
import type { Anchors } from './anchors.js'

/**
 * What aliases may add to a document: so many values that are written once and read again and again. Chosen: a hundred
 * times the largest stack file that shares its tags, and a second to read.
 */
export const aliasedMax = 1_000_000

/** What a text of so many characters counts: it may be looked at wherever an alias of it stands. */
export function sizeOfScalar(characters: number): number {
  return 1 + Math.floor(characters / 64)
}

/** Why a document has no value. */
export interface Unreadable {
  readonly alias: Alias
  readonly message: string
}

/** The value of a node; all aliases of an anchor give the one value. Takes time in proportion to the text. */
export function valueOfNode(root: Node | null, anchors: Anchors): { readonly value: unknown } | Unreadable {
  /** What an anchor names was read before any alias of it, or is being read. */
  const anchored = new Map<Node, { readonly value: unknown; readonly size: number }>()
  let failure: Unreadable | undefined
  /** Values read so far, and those of them that came by an alias. */
  let total = 0
  let aliased = 0
  const value = root === null ? null : valueOf(root)
  return failure ?? { value }

  function valueOf(node: Node): unknown {
    if (isAlias(node)) return aliasValue(node)
    const before = total
    total += isScalar(node) && typeof node.value === 'string' ? sizeOfScalar(node.value.length) : 1
    const read = plainValue(node)
    if (node.anchor !== undefined) anchored.set(node, { value: read, size: total - before })
    return read
  }

  function plainValue(node: Node): unknown {
    if (isScalar(node)) return node.value
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? valueOf(item) : null))
    return isMap(node) ? mappingOf(node.items) : undefined
  }

  function mappingOf(pairs: readonly { readonly key: unknown; readonly value: unknown }[]): object {
    const mapping: Record<string, unknown> = {}
    for (const { key, value: member } of pairs) {
      const read = isNode(member) ? valueOf(member) : null
      // An assignment to `__proto__` would make no member.
      Object.defineProperty(mapping, keyOf(key), { value: read, writable: true, enumerable: true, configurable: true })
    }
    return mapping
  }

  function keyOf(key: unknown): string {
    const node = isAlias(key) ? anchors.targetOf(key) : key
    return keyText(node)
  }

  function aliasValue(alias: Alias): unknown {
    const target = anchors.targetOf(alias)
    const known = target && anchored.get(target)
    if (!known) {
      failure ??= { alias, message: `this alias stands inside of what \`&${alias.source}\` is` }
      return undefined
    }
    total += known.size
    aliased += known.size
    if (aliased > aliasedMax) {
      failure ??= { alias, message: `the aliases up to here stand for more than ${aliasedMax} values` }
    }
    return known.value
  }
}

/** A key as text. One that is a mapping or a list is nobody's key, and may be as deep as it likes. */
export function keyText(key: unknown): string {
  if (isScalar<string | number | boolean | null>(key)) return key.value === null ? '' : String(key.value)
  return isMap(key) ? '{…}' : isSeq(key) ? '[…]' : ''
}
