import { isAlias, isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Alias, Document, Node, Pair, YAMLError, YAMLMap } from 'yaml'
import type { Path } from '../problem.js'
import { anchorsIn, type Anchors } from './anchors.js'
import { duplicateKeysIn } from './duplicate-keys.js'
import { keyText, valueOfNode } from './node-values.js'

/** A stretch of the text: where it starts and where it ends, as offsets. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface SyntaxProblem extends Span {
  readonly isDuplicateKey: boolean
  /** Whether the rest of the text reads as if the mistake were not there. */
  readonly isRecoverable: boolean
  readonly message: string
  readonly hint: string | undefined
}

/** A stack file's text with the position of everything in it. */
export interface StackDocument {
  readonly text: string
  readonly value: unknown
  readonly syntax: readonly SyntaxProblem[]
  /** The position of the key or of the value at a path; of the nearest thing around it where that does not exist. */
  spanOf(path: Path, at: 'key' | 'value'): Span
  /** Whether something stands at a path. */
  has(path: Path): boolean
  /** The offset at which the value at a path ends. */
  endOf(path: Path): number
  /** The position of the key at a path, if it stands in the file. */
  spanOfKey(path: Path): Span | undefined
  /** The scalar at a path as it stands in the file, e.g. `0755` where its value is the number 755. */
  sourceOf(path: Path): string | undefined
  /** Counted from 1. */
  positionOf(offset: number): { readonly line: number; readonly column: number }
}

/** Reads a text with every position and every syntax error; takes six times as long as readValues. */
export function readDocument(text: string): StackDocument {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error', uniqueKeys: false })
  const anchors = anchorsIn(document)
  const syntax = [
    ...withoutEchoes([...document.errors, ...document.warnings]).map((error) => syntaxProblem(error, document, text)),
    ...duplicateKeysIn(document).map((key) => duplicateKey(key, text)),
  ]
  const index: Index = { document, anchors, pairs: new WeakMap() }
  return {
    text,
    value: valueOf(document, anchors, syntax),
    syntax,
    spanOf: (path, at) => spanOf(index, path, at),
    has: (path) => find(index, path, { exactly: true }) !== undefined,
    endOf: (path) => find(index, path).value?.range?.[1] ?? 0,
    spanOfKey: (path) => {
      const range = find(index, path, { exactly: true })?.key?.range
      return range ? { start: range[0], end: range[1] } : undefined
    },
    sourceOf: (path) => {
      const { value } = find(index, path)
      return isScalar(value) ? value.source : undefined
    },
    positionOf: (offset) => {
      const { line, col } = lineCounter.linePos(offset)
      return { line: Math.max(line, 1), column: Math.max(col, 1) }
    },
  }
}

/** What people can do about errors whose own words are those of a grammar; by the code that yaml gives them. */
const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: 'put a text that has `: ` in it in quotes',
  BAD_DQ_ESCAPE: 'write \\\\ for a backslash, or use single quotes',
  TAG_RESOLVE_FAILED: 'leave the tag out, or put the text in quotes',
}

/** Errors after which the rest of the text still reads as it was meant. */
const recoverable: ReadonlySet<string> = new Set(['BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED'])

const messages: Readonly<Record<string, string>> = {
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  MULTIPLE_DOCS: 'a stack file holds one document, and here another starts',
}

/** Errors that stand for themselves wherever they are; others after the first broken place tend to be its echoes. */
const independent: ReadonlySet<string> = new Set([...recoverable, 'TAB_AS_INDENT', 'BLOCK_AS_IMPLICIT_KEY'])

function withoutEchoes(errors: readonly YAMLError[]): readonly YAMLError[] {
  const firstBroken = errors.findIndex((error) => !recoverable.has(error.code))
  const unclosed = errors.find(isUnclosedQuote)
  return errors.filter((error, index) => {
    if (unclosed && error !== unclosed && error.pos[0] >= unclosed.pos[0]) return false
    return index === firstBroken || independent.has(error.code)
  })
}

function syntaxProblem(error: YAMLError, document: Document, text: string): SyntaxProblem {
  const indexed = unquotedIndex(text, error.pos[0])
  if (indexed) return indexed
  const [start, end] = isUnclosedQuote(error) ? openingQuote(document, error.pos[0]) : error.pos
  return {
    isDuplicateKey: false,
    isRecoverable: recoverable.has(error.code),
    message: messageOf(error),
    hint: hints[error.code],
    start,
    end,
  }
}

/** In `{ }` and `[ ]` a bracket begins a list, so that `web[0]` is no text there. */
function unquotedIndex(text: string, bracket: number): SyntaxProblem | undefined {
  const name = /[\w.-]+$/.exec(text.slice(Math.max(0, bracket - 100), bracket))?.[0]
  const index = /^\[(?:\d+|\*)\]/.exec(text.slice(bracket, bracket + 10))?.[0]
  if (name === undefined || index === undefined) return undefined
  const [start, end] = [bracket - name.length, bracket + index.length]
  const message = 'a name with an index needs quotes inside of { } and [ ]'
  const hint = `put it in quotes: "${name}${index}"`
  return { isDuplicateKey: false, isRecoverable: false, message, hint, start, end }
}

function duplicateKey({ range }: Node, text: string): SyntaxProblem {
  const start = range?.[0] ?? 0
  const end = range?.[1] ?? start + 1
  const message = `the key \`${text.slice(start, Math.min(end, start + 200))}\` stands here a second time`
  return { isDuplicateKey: true, isRecoverable: true, message, hint: undefined, start, end }
}

function messageOf(error: YAMLError): string {
  if (isUnclosedQuote(error)) return 'this quote is never closed'
  const bracket = /end with a (.)$/.exec(error.message)?.[1]
  return bracket === undefined
    ? (messages[error.code] ?? sentenceOf(error))
    : `a ${bracket} is missing before this line`
}

function isUnclosedQuote(error: YAMLError): boolean {
  return error.code === 'MISSING_CHAR' && error.message.includes('quote')
}

/** A quote that is never closed is told where it opens; yaml tells where the text ends. */
function openingQuote(document: Document, end: number): readonly [number, number] {
  let start = end
  visit(document, {
    Scalar: (_key, { type, range }) => {
      if (type?.startsWith('QUOTE_') && range && range[0] < end) start = range[0]
    },
  })
  return [start, start + 1]
}

function sentenceOf(error: Error): string {
  return error.message.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()).replace(/\.$/, '')
}

/** Adds aliases that name nothing, and those that stand for too much. */
function valueOf(document: Document, anchors: Anchors, syntax: SyntaxProblem[]): unknown {
  for (const alias of anchors.unresolved) {
    const message = `no anchor \`&${alias.source}\` stands before this alias`
    syntax.push({ ...aliasProblem(alias, message), hint: 'an alias stands for what the same file has before it' })
  }
  if (anchors.unresolved.length > 0) return undefined
  const read = valueOfNode(document.contents, anchors)
  if ('value' in read) return read.value
  syntax.push(aliasProblem(read.alias, read.message))
  return undefined
}

function aliasProblem({ range }: Alias, message: string): SyntaxProblem {
  const [start, end] = range ?? [0, 1]
  return { isDuplicateKey: false, isRecoverable: false, hint: undefined, message, start, end }
}

type PairCache = WeakMap<YAMLMap, Map<string, Pair>>

interface Index {
  readonly document: Document
  readonly anchors: Anchors
  readonly pairs: PairCache
}

interface Found {
  readonly key: Node | undefined
  readonly value: Node | undefined
}

/** What stands at a path; what stands around it where there is nothing, or undefined when asked for exactly that path. */
function find(index: Index, path: Path): Found
function find(index: Index, path: Path, options: { exactly: true }): Found | undefined
function find(index: Index, path: Path, options?: { exactly: true }): Found | undefined {
  const { document, anchors, pairs } = index
  let found: Found = { key: undefined, value: document.contents ?? undefined }
  for (const step of path) {
    const container = isAlias(found.value) ? anchors.targetOf(found.value) : found.value
    if (isMap(container)) {
      const pair = pairsOf(container, pairs).get(String(step))
      if (!pair) return options ? undefined : found
      found = { key: isNode(pair.key) ? pair.key : undefined, value: isNode(pair.value) ? pair.value : undefined }
    } else if (isSeq(container)) {
      const item = container.items[Number(step)]
      if (!isNode(item)) return options ? undefined : found
      found = { key: undefined, value: item }
    } else return options ? undefined : found
  }
  return found
}

function spanOf(index: Index, path: Path, at: 'key' | 'value'): Span {
  const { key, value } = find(index, path)
  const isEmpty = !value?.range || value.range[0] === value.range[1] || (isCollection(value) && !value.flow)
  const node = (at === 'key' || isEmpty ? key : undefined) ?? value
  if (!node?.range || path.length === 0) return { start: node?.range?.[0] ?? 0, end: (node?.range?.[0] ?? 0) + 1 }
  return { start: node.range[0], end: Math.max(node.range[1], node.range[0] + 1) }
}

/** The pairs of a mapping by key; the last of equal keys, which is the one whose value counts. */
function pairsOf(map: YAMLMap, cache: PairCache): Map<string, Pair> {
  let pairs = cache.get(map)
  if (!pairs) {
    pairs = new Map()
    for (const pair of map.items) pairs.set(keyText(pair.key), pair)
    cache.set(map, pairs)
  }
  return pairs
}
