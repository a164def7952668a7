import { isCollection, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml'
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { canonicalJson } from '../../core/digest.js'
import type { Path } from '../problem.js'
import { readDocument } from '../yaml/yaml-document.js'
import { keyText } from '../yaml/node-values.js'
import { inlineText } from './stack-file-style.js'
import { valueWith } from './values-at.js'

/**
 * A YAML text with another value at a path of keys, or without what stands there (undefined): every other character stays,
 * comments too. Items of a list that stay keep their lines. Undefined where that cannot be had in place: behind an alias, say.
 */
export function withValueAt(text: string, path: Path, value: unknown): string | undefined {
  const { contents } = parseDocument(text, { logLevel: 'error', uniqueKeys: false })
  const edited = editedIn({ text, indent: '' }, contents, path, value)
  if (edited === undefined) return undefined
  const before = readDocument(text).value
  const after = readDocument(edited)
  const isMeant = canonicalJson(after.value) === canonicalJson(valueWith(before, path, value))
  return isMeant && after.syntax.length === 0 ? edited : undefined
}

interface Place {
  readonly text: string
  /** What stands before the keys of the mapping in question. */
  readonly indent: string
}

function editedIn(place: Place, node: unknown, path: Path, value: unknown): string | undefined {
  const [key, ...rest] = path
  if (!isMap(node) || key === undefined) return undefined
  const pair = node.items.find((one) => keyText(one.key) === String(key))
  if (!pair) return value === undefined ? undefined : withPair(place.text, node, String(key), rest, value)
  if (!isNode(pair.key)) return undefined
  const inner = pair.value
  const isNothing = !isNode(inner) || (isScalar(inner) && (inner.source ?? '') === '')
  if (rest.length > 0 && isMap(inner)) return editedIn(place, inner, rest, value)
  if (value === undefined) return rest.length === 0 ? withoutItem(place.text, node, pair) : undefined
  if (isNothing) return withBelow(place.text, node, pair.key, rest, value)
  if (rest.length > 0) return undefined
  if (isSeq(inner) && Array.isArray(value)) return withItems(place.text, inner, value)
  const [start, end] = inner.range ?? [0, 0]
  const isInline =
    (isScalar(inner) && !inner.type?.startsWith('BLOCK_')) || (isCollection(inner) && inner.flow === true)
  return isInline ? spliced(place.text, start, end, inlineText(value)) : undefined
}

function spliced(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end)
}

/** One more key at the end of a mapping. */
function withPair(text: string, map: YAMLMap, key: string, rest: Path, value: unknown): string | undefined {
  const last = map.items.at(-1)
  if (map.flow === true) {
    const written = `${inlineText(key)}: ${inlineText(nested(rest, value))}`
    const [start, end] = map.range ?? [0, 0]
    return last ? spliced(text, endOf(last), endOf(last), `, ${written}`) : spliced(text, start, end, `{ ${written} }`)
  }
  const first = map.items[0]
  if (!last || !isNode(first?.key)) return undefined
  const indent = ' '.repeat(columnOf(text, first.key))
  return afterLine(text, endOf(last), blockLines(indent, [key, ...rest], value))
}

/** What a key gets that has nothing. */
function withBelow(text: string, map: YAMLMap, key: Node, rest: Path, value: unknown): string | undefined {
  const colon = text.indexOf(':', key.range?.[1])
  if (colon < 0) return undefined
  if (rest.length === 0 || map.flow === true) {
    return spliced(text, colon + 1, colon + 1, ` ${inlineText(nested(rest, value))}`)
  }
  return afterLine(text, colon + 1, blockLines(' '.repeat(columnOf(text, key) + 2), rest, value))
}

/** Without a key of a mapping, or an item of a list; its only one does not go. */
function withoutItem(text: string, collection: YAMLMap | YAMLSeq, item: unknown): string | undefined {
  const items: readonly unknown[] = collection.items
  const index = items.indexOf(item)
  if (items.length < 2) return undefined
  if (collection.flow === true) {
    const [previous, next] = [items[index - 1], items[index + 1]]
    return next === undefined
      ? spliced(text, endOf(previous), endOf(item), '')
      : spliced(text, startOf(item), startOf(next), '')
  }
  const start = text.lastIndexOf('\n', startOf(item) - 1) + 1
  if (!/^ *(?:- +)?$/.test(text.slice(start, startOf(item)))) return undefined
  if (isMap(collection) && text.slice(start, startOf(item)).includes('-')) return undefined
  return spliced(text, start, lineEnd(text, endOf(item)), '')
}

/** A list with other items: those that stay keep their place, new ones come last. */
function withItems(text: string, list: YAMLSeq, wanted: readonly unknown[]): string | undefined {
  const keys = list.items.map((item) => canonicalJson(isNode(item) ? item.toJSON() : item))
  const added = [...wanted]
  const kept = keys.map((key) => {
    const index = added.findIndex((item) => canonicalJson(item) === key)
    if (index >= 0) added.splice(index, 1)
    return index >= 0
  })
  const gone = list.items.filter((_, index) => kept[index] === false)
  const [start, end] = list.range ?? [0, 0]
  if (list.flow === true && gone.length === list.items.length) return spliced(text, start, end, inlineText(added))
  if (gone.length === list.items.length && added.length === 0) return withoutAny(text, start, endOf(list.items.at(-1)))
  // New ones first: of the old ones one may be the last, and its place is known.
  let edited = added.reduce<string | undefined>(
    (before, item) => before && withItem(before, list, item, before.length - text.length),
    text,
  )
  for (const item of gone.toReversed()) {
    if (edited === undefined) return undefined
    const items = list.items.length + added.length
    edited = items < 2 ? undefined : withoutItem(edited, list, item)
  }
  return edited
}

function withItem(text: string, list: YAMLSeq, item: unknown, shift: number): string | undefined {
  const [first, last] = [list.items[0], list.items.at(-1)]
  if (first === undefined || last === undefined) return undefined
  if (list.flow === true) return spliced(text, endOf(last) + shift, endOf(last) + shift, `, ${inlineText(item)}`)
  const line = text.slice(text.lastIndexOf('\n', startOf(first) - 1) + 1, startOf(first))
  return /^ *- +$/.test(line) ? afterLine(text, endOf(last) + shift, `${line}${inlineText(item)}`) : undefined
}

/** A list in lines becomes an empty one, if no comment goes with it. */
function withoutAny(text: string, start: number, end: number): string | undefined {
  const colon = text.lastIndexOf(':', start)
  return text.slice(colon, end).includes('#') ? undefined : spliced(text, colon + 1, end, ' []')
}

/** New lines behind the one at an offset. */
function afterLine(text: string, offset: number, lines: string): string {
  const end = lineEnd(text, offset)
  const gap = end > 0 && text[end - 1] !== '\n' ? '\n' : ''
  return spliced(text, end, end, `${gap}${lines}\n`)
}

/** Where the next line begins; a block of text ends with its own last line. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

function blockLines(indent: string, [key, ...rest]: Path, value: unknown): string {
  const name = `${indent}${inlineText(String(key))}:`
  return rest.length === 0 ? `${name} ${inlineText(value)}` : `${name}\n${blockLines(`${indent}  `, rest, value)}`
}

function nested(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
}

function columnOf(text: string, { range }: Node): number {
  const start = range?.[0] ?? 0
  return start - (text.lastIndexOf('\n', start - 1) + 1)
}

function startOf(item: unknown): number {
  const node = isPair(item) ? item.key : item
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function endOf(item: unknown): number {
  if (!isPair(item)) return isNode(item) ? (item.range?.[1] ?? 0) : 0
  const value = isNode(item.value) ? (item.value.range?.[1] ?? 0) : 0
  return Math.max(value, isNode(item.key) ? (item.key.range?.[1] ?? 0) : 0)
}

function isPair(item: unknown): item is Pair {
  return typeof item === 'object' && item !== null && 'key' in item
}
