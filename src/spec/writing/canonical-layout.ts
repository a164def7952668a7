import { isCollection, isMap, isNode, isScalar, parseDocument, visit } from 'yaml'
import type { Document, Pair, Scalar } from 'yaml'
import { canonicalJson } from '../../core/digest.js'
import { readDocument } from '../yaml/yaml-document.js'
import { readValues } from '../yaml/yaml-values.js'
import { commentsOf } from './comments.js'
import { partsOf, type FilePart } from './file-parts.js'
import { readingStyle, textOfDocument } from './stack-file-style.js'

/** The order of a stack file's own keys. Others stay behind them, as they are. */
const keyOrder: readonly string[] = [
  'evenkeel',
  'stack',
  'target',
  'extends',
  'moved',
  'variables',
  'tags',
  'keyPairs',
  'networks',
  'securityGroups',
  'images',
  'servers',
  'volumes',
  'archives',
  'sync',
  'scalingGroups',
  'loadBalancers',
  'outputs',
]

/** Chosen: around other characters people may like quotes, also where none are needed. */
const simpleText = /^[\w ./-]+$/

/** Chosen: a text settles at the second pass; what is too wide for one line takes another for each level. */
const passesMax = 8

/**
 * The text of a stack file in its canonical layout, for a text without a mistake of syntax: its own keys in a fixed order and
 * all others in theirs, two spaces, quotes where they are needed, and what is wider than 120 columns on lines of its own. It
 * means the same, has every comment, and is its own layout. Undefined where that cannot be had: for words of YAML, and for
 * comments, that hardly anybody puts there. A file in braces (JSON) is left as it is.
 */
export function laidOut(text: string): string | undefined {
  // An anchor may have to stand before its alias, whatever the order.
  return settled(text, inFixedOrder) ?? settled(text, (parts) => parts)
}

type Order = (parts: readonly FilePart[]) => readonly FilePart[]

function settled(text: string, order: Order): string | undefined {
  const meaning = meaningOf(text)
  let before = text
  for (let pass = 0; pass < passesMax; pass += 1) {
    const after = laidOutOnce(before, order)
    if (after === undefined || after === before) return after
    if (meaningOf(after) !== meaning) return undefined
    before = after
  }
  return undefined
}

/** What must stay: the values, and the comments in any order. */
function meaningOf(text: string): string {
  const { value } = readValues(text) ?? readDocument(text)
  return canonicalJson([value, commentsOf(text).toSorted()])
}

function laidOutOnce(text: string, order: Order): string | undefined {
  const file = partsOf(text)
  if (file === 'braces') return text
  if (!file) return undefined
  const parts = order(file.parts).map((part, index) => {
    const document = parseDocument(part.body, { ...readingStyle, keepSourceTokens: true })
    written(document, part.body)
    const gap = index > 0 && (part.hasGap || isSection(document)) ? '\n' : ''
    return `${gap}${part.lead}${textOfDocument(document)}`
  })
  return [file.head, ...parts, file.tail].join('')
}

function inFixedOrder(parts: readonly FilePart[]): readonly FilePart[] {
  return parts.toSorted((left, right) => rankOf(left) - rankOf(right))
}

function rankOf({ key }: FilePart): number {
  const rank = keyOrder.indexOf(key)
  return rank < 0 ? keyOrder.length : rank
}

/** Whether the one key of a part has entries below it, before which a blank line stands. */
function isSection({ contents }: Document): boolean {
  const value = isMap(contents) ? contents.items[0]?.value : undefined
  return isMap(value) && value.flow !== true && value.items.length > 0
}

/** Changes how values are to be written, and none of them. */
function written(document: Document, text: string): void {
  visit(document, {
    Scalar: (_, scalar) => inPlainQuotes(scalar),
    Collection: (_, collection, path) => {
      const [start, end] = collection.range ?? [0, 0]
      const isInFlow = path.some((outer) => isCollection(outer) && outer.flow === true)
      if (
        collection.flow === true &&
        !isInFlow &&
        text.slice(start, end).includes('\n') &&
        collection.items.length > 0
      ) {
        // What has several lines needs no braces.
        collection.flow = false
      }
    },
    Pair: (_, pair) => commentAtKey(pair),
  })
}

/** A quoted text without its quotes where none are needed: it gets them back where it would read as something else. */
function inPlainQuotes(scalar: Scalar): void {
  if (typeof scalar.value !== 'string' || scalar.value.includes('\n')) return
  if (scalar.type !== 'QUOTE_DOUBLE' && scalar.type !== 'QUOTE_SINGLE') return
  if (simpleText.test(scalar.value)) scalar.type = 'PLAIN'
  else if (scalar.type === 'QUOTE_DOUBLE' && !scalar.value.includes("'")) scalar.type = 'QUOTE_SINGLE'
  else if (scalar.type === 'QUOTE_SINGLE' && scalar.value.includes("'") && !/["\\]/.test(scalar.value)) {
    scalar.type = 'QUOTE_DOUBLE'
  }
}

/** What is said on the line of a key stays there; the library has it above what is below the key. */
function commentAtKey({ key, value, srcToken }: Pair): void {
  if (!isNode(key) || !isNode(value) || isScalar(value) || !srcToken || typeof value.commentBefore !== 'string') return
  const separators = srcToken.sep ?? []
  const lineEnd = separators.findIndex(({ type }) => type === 'newline')
  const [comment] = separators.slice(0, Math.max(lineEnd, 0)).filter(({ type }) => type === 'comment')
  const lines = value.commentBefore.split('\n')
  if (!comment || typeof key.comment === 'string' || `#${lines[0]}` !== comment.source) return
  key.comment = lines[0] ?? null
  value.commentBefore = lines.length > 1 ? lines.slice(1).join('\n') : null
}
