import type { List, Member, Shape, Struct } from './shapes.js'

const lessThan = 0x3c
const greaterThan = 0x3e
const slash = 0x2f
const ampersand = 0x26
const tab = 0x09
const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20

/** Elements within one another that are passed over, at most. */
const depthMax = 64

/** Texts that were read, each at the place that its characters give it, where it stays until another has the same. */
const keptMax = 4_096
const keptLengthMax = 64
const kept: string[] = []

/** Thrown at what is not plain; who asked has a reader for everything. */
class NotPlain extends Error {}

/**
 * Reads the XML that EC2 writes in one pass over its bytes, and makes values of nothing but what has a shape. Plain is: no
 * comment, no CDATA section, no instruction, no document type, no attribute but the root's namespace, no text beside elements,
 * no member twice. Throws `NotPlain` at anything else, and at whatever is no XML.
 */
export class PlainXml {
  readonly #bytes: Buffer
  /** What a text with references in it, or with space around it, stands for. */
  readonly #decode: (text: string) => string
  #at = 0

  constructor(bytes: Uint8Array, decode: (text: string) => string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#decode = decode
  }

  /** The root element's value. */
  root(shape: Shape): unknown {
    const head = /^(?:<\?xml [^<>]*\?>)?[ \t\r\n]*<([A-Za-z][A-Za-z0-9]*)(?: xmlns="[^"<>&]*")?>/.exec(
      this.#bytes.toString('latin1', 0, 500),
    )
    if (head === null) throw new NotPlain()
    this.#at = head[0].length
    return this.#content(shape, Buffer.from(head[1] as string))
  }

  /** What stands before an element's end, which is passed. */
  #content(shape: Shape, element: Buffer): unknown {
    switch (shape.kind) {
      case 'struct':
        return this.#struct(shape, element)
      case 'list':
        return this.#list(shape, element)
      case 'text': {
        const text = this.#text()
        this.#end(element)
        return shape.read(text)
      }
    }
  }

  #struct(shape: Struct, element: Buffer): unknown {
    const value: Record<string, unknown> = {}
    let before: Member | undefined
    while (this.#begins()) {
      const awaited = before === undefined ? shape.first : before.next
      const member = awaited !== undefined && this.#isNamed(awaited.element) ? awaited : this.#named(shape)
      if (member !== awaited) {
        if (before === undefined) shape.first = member
        else before.next = member
      }
      before = member
      if (member.name === undefined) this.#passOver(member.element, 0)
      else if (member.name in value) throw new NotPlain()
      else value[member.name] = this.#value(member)
    }
    this.#end(element)
    return value
  }

  #list({ item }: List, element: Buffer): unknown {
    const items: unknown[] = []
    while (this.#begins()) {
      if (!this.#isNamed(item.element)) throw new NotPlain()
      items.push(this.#value(item))
    }
    this.#end(element)
    return items
  }

  /** The value of the element that begins here. */
  #value({ element, shape }: Member): unknown {
    if (shape === undefined) throw new NotPlain()
    this.#at += element.length + 1
    if (!this.#isEmpty()) return this.#content(shape, element)
    return shape.kind === 'struct' ? {} : shape.kind === 'list' ? [] : shape.read('')
  }

  /** Whether another element begins before the one around it ends; passes the space between. */
  #begins(): boolean {
    const bytes = this.#bytes
    const from = this.#at
    let hasNewline = false
    for (let byte = bytes[from]; byte === space || byte === newline || byte === tab; byte = bytes[this.#at]) {
      if (byte === newline) hasNewline = true
      this.#at += 1
    }
    if (bytes[this.#at] !== lessThan || (this.#at > from && !hasNewline)) throw new NotPlain()
    return bytes[this.#at + 1] !== slash
  }

  /** Whether the element that begins here has this name. */
  #isNamed(name: Buffer): boolean {
    const bytes = this.#bytes
    const at = this.#at + 1
    for (let index = 0; index < name.length; index += 1) if (bytes[at + index] !== name[index]) return false
    const after = bytes[at + name.length]
    return after === greaterThan || after === slash
  }

  #named({ members }: Struct): Member {
    const name = this.#name()
    return (
      members.get(name.toString('latin1')) ?? {
        element: Buffer.from(name),
        name: undefined,
        shape: undefined,
        next: undefined,
      }
    )
  }

  #name(): Buffer {
    const from = this.#at + 1
    let to = from
    while (isOfName(this.#bytes[to])) to += 1
    if (to === from) throw new NotPlain()
    return this.#bytes.subarray(from, to)
  }

  /** Passes `>`, or `/>` and says so. */
  #isEmpty(): boolean {
    const isEmpty = this.#bytes[this.#at] === slash
    if (isEmpty) this.#at += 1
    if (this.#bytes[this.#at] !== greaterThan) throw new NotPlain()
    this.#at += 1
    return isEmpty
  }

  #passOver(element: Buffer, depth: number): void {
    if (depth > depthMax) throw new NotPlain()
    this.#at += element.length + 1
    if (this.#isEmpty()) return
    for (;;) {
      this.#at = this.#bytes.indexOf(lessThan, this.#at)
      if (this.#at < 0) throw new NotPlain()
      if (this.#bytes[this.#at + 1] === slash) return this.#end(element)
      this.#passOver(this.#name(), depth + 1)
    }
  }

  #text(): string {
    const bytes = this.#bytes
    const from = this.#at
    let to = from
    let byte = bytes[to] as number
    let isAscii = true
    let isCoded = byte <= space || byte >= 0x80
    let mark = 0
    while (byte !== lessThan) {
      mark = (Math.imul(mark, 31) + byte) | 0
      if (byte >= 0x80) isAscii = false
      else if (byte === ampersand || byte === carriageReturn) isCoded = true
      else if (byte === undefined) throw new NotPlain()
      to += 1
      byte = bytes[to] as number
    }
    this.#at = to
    if (isAscii && !isCoded && to - from <= keptLengthMax) return this.#kept(mark & (keptMax - 1), from, to)
    const text = bytes.toString(isAscii ? 'latin1' : 'utf8', from, to)
    return isCoded ? this.#decode(text) : text
  }

  /** The text that was read before where it is the same: keys of tags, types, zones and states stand once in memory. */
  #kept(place: number, from: number, to: number): string {
    const before = kept[place]
    if (before !== undefined && this.#isText(before, from, to)) return before
    return (kept[place] = this.#bytes.toString('latin1', from, to))
  }

  #isText(text: string, from: number, to: number): boolean {
    if (text.length !== to - from) return false
    for (let at = from; at < to; at += 1) if (this.#bytes[at] !== text.charCodeAt(at - from)) return false
    return true
  }

  #end(element: Buffer): void {
    const bytes = this.#bytes
    const at = this.#at + 2
    for (let index = 0; index < element.length; index += 1)
      if (bytes[at + index] !== element[index]) throw new NotPlain()
    if (bytes[at - 1] !== slash || bytes[at + element.length] !== greaterThan) throw new NotPlain()
    this.#at = at + element.length + 1
  }
}

function isOfName(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39)
}
