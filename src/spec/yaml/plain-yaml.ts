import { load } from 'js-yaml'

/** Thrown at what is not plain; who asked has a reader for everything. */
class NotPlain extends Error {}

/**
 * A key with what stands behind it on its line. Of keys only words are plain, of values all that begins like a word, a number, a
 * quoted text or a list or mapping in brackets.
 */
const linePattern = /^( *)([A-Za-z][\w-]{0,199}):(?: +((?:[\w/"'{[$~|>]|\.(?!\.\.)|-\d).*)| *(?: #.*)?)$/s
const commentPattern = /^ *(?:#.*)?$/s

/** A word is a text, whatever stands around it, but for these. */
const wordPattern = /^[A-Za-z][\w-]*$/
const otherWords: ReadonlySet<string> = new Set(['null', 'true', 'false'])

/** Chosen: twice the depth of a stack file. */
const depthMax = 16

/**
 * The value of a YAML text whose structure is plain: mappings by lines, `key: value`. What stands in one line behind a key, and a block
 * of other lines below it, js-yaml reads, once for each text of that kind: members that are written alike share a value. A fifth of
 * the time that js-yaml takes for a stack of 1,000 servers. Throws at whatever is not plain or no YAML.
 */
export function readPlainYaml(text: string): unknown {
  // It ends a line too, with or without a newline behind it.
  if (text.includes('\r')) throw new NotPlain()
  return new PlainYaml(text.split('\n')).root()
}

class PlainYaml {
  readonly #lines: readonly string[]
  /** Values by the text that stands for them. */
  readonly #read = new Map<string, unknown>()
  #at = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  root(): unknown {
    if (this.#lineAhead() === '---') this.#at += 1
    const first = this.#lineAhead()
    if (first === undefined) throw new NotPlain()
    const mapping = this.#mapping(indentOf(first), 0)
    if (this.#lineAhead() !== undefined) throw new NotPlain()
    return mapping
  }

  /** The mapping whose first key comes next; ends before the first line that is less indented. */
  #mapping(indent: number, depth: number): Record<string, unknown> {
    if (depth > depthMax) throw new NotPlain()
    const mapping: Record<string, unknown> = {}
    for (let line = this.#lineAhead(); line !== undefined; line = this.#lineAhead()) {
      const parts = linePattern.exec(line)
      if (parts === null) {
        if (indentOf(line) < indent) break
        throw new NotPlain()
      }
      const lineIndent = (parts[1] as string).length
      if (lineIndent < indent) break
      const key = parts[2] as string
      // What goes on with a value, and a key that stands there twice, are for those who know all of YAML.
      if (lineIndent > indent || key in mapping || isOtherWord(key)) throw new NotPlain()
      const written = parts[3]
      mapping[key] = written === undefined ? this.#below(indent, depth) : this.#valueOf(written, indent)
    }
    return mapping
  }

  /** What stands in the lines below a key. */
  #below(indent: number, depth: number): unknown {
    const from = this.#at
    this.#at += 1
    const next = this.#lineAhead()
    if (next === undefined) return null
    const below = indentOf(next)
    if (below > indent && linePattern.test(next)) return this.#mapping(below, depth + 1)
    if (below < indent || (below === indent && !isItem(next))) return null
    return this.#block(from, indent)
  }

  #valueOf(written: string, indent: number): unknown {
    if (written.startsWith('|') || written.startsWith('>')) return this.#block(this.#at, indent)
    this.#at += 1
    if (wordPattern.test(written) && !isOtherWord(written)) return written
    const known = this.#read.get(written)
    if (known !== undefined) return known

    const value = load(written)
    // Behind a key no second one stands: `a: b: c` is no YAML, and `b: c` by itself is.
    const isInBrackets = written.startsWith('{') || written.startsWith('[')
    if (typeof value === 'object' && value !== null && !isInBrackets) throw new NotPlain()
    // What has variables in it is changed where it stands.
    if (!written.includes('$')) this.#read.set(written, value)
    return value
  }

  /** What a key with the lines below it says, as a text of its own. */
  #block(from: number, indent: number): unknown {
    const lines = this.#lines
    let to = from + 1
    while (to < lines.length && goesOn(lines[to] as string, indent)) to += 1
    this.#at = to
    const end = to < lines.length ? '\n' : ''
    return Object.values(load(lines.slice(from, to).join('\n') + end) as object)[0]
  }

  /** The next line that says something; passes those before it. */
  #lineAhead(): string | undefined {
    const lines = this.#lines
    while (this.#at < lines.length && commentPattern.test(lines[this.#at] as string)) this.#at += 1
    return lines[this.#at]
  }
}

function isOtherWord(word: string): boolean {
  return otherWords.has(word.toLowerCase())
}

function indentOf(line: string): number {
  return line.search(/[^ ]/)
}

function isItem(line: string): boolean {
  return /^ *-(?: |$)/.test(line)
}

/** Whether a line belongs to the block below a key: items may stand as far left as it. */
function goesOn(line: string, indent: number): boolean {
  const own = indentOf(line)
  return own < 0 || own > indent || (own === indent && isItem(line)) || line[own] === '#'
}
