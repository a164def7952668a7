import type { XmlShapeDeserializer } from '@aws-sdk/core/protocols'

/** What the SDK knows of a type: of an action's answer, of a member, of an item. */
export type Schema = Extract<Parameters<XmlShapeDeserializer['read']>[0], { isStructSchema(): boolean }>

/** How an element is read: by its members, by its items, or by its text. */
export type Shape = Struct | List | Text

export interface Struct {
  readonly kind: 'struct'
  readonly members: ReadonlyMap<string, Member>
  /** What stood first in it the last time: EC2 writes members in one order, so that few are to be looked up. */
  first: Member | undefined
}

export interface List {
  readonly kind: 'list'
  readonly item: Member
}

export interface Text {
  readonly kind: 'text'
  readonly read: (text: string) => unknown
}

/** An element of a struct or a list. */
export interface Member {
  readonly element: Buffer
  /** What the SDK calls it; undefined for what it does not know. */
  readonly name: string | undefined
  readonly shape: Shape | undefined
  /** What stood behind it the last time. */
  next: Member | undefined
}

/** What the SDK makes of the text of an element that has this type. */
export type ReadText = (schema: Schema, text: string) => unknown

/** The shape of a type; undefined for one that no answer of EC2's has. */
export function shapeOf(schema: Schema, readText: ReadText): Shape | undefined {
  if (schema.isStructSchema()) {
    const members = new Map<string, Member>()
    for (const [name, member] of schema.structIterator()) {
      const element = member.getMemberTraits().xmlName ?? name
      if (members.has(element)) return undefined
      members.set(element, new KnownMember(element, name, member, readText))
    }
    return { kind: 'struct', members, first: undefined }
  }
  const { xmlFlattened, mediaType } = schema.getMergedTraits()
  if (schema.isListSchema()) {
    if (xmlFlattened !== undefined) return undefined
    const item = schema.getValueSchema()
    return {
      kind: 'list',
      item: new KnownMember(item.getMergedTraits().xmlName ?? 'member', undefined, item, readText),
    }
  }
  if (schema.isMapSchema()) return undefined
  if (schema.isStringSchema() && mediaType === undefined) return { kind: 'text', read: (text) => text }
  if (schema.isTimestampSchema()) return { kind: 'text', read: (text) => exactTime(text) ?? readText(schema, text) }
  if (schema.isNumericSchema()) return { kind: 'text', read: Number }
  if (schema.isBooleanSchema()) return { kind: 'text', read: (text) => text.toLowerCase() === 'true' }
  return { kind: 'text', read: (text) => readText(schema, text) }
}

/** The moment that EC2's own form of it names; undefined for another form, and for one that there is not. */
function exactTime(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return undefined
  const time = new Date(text)
  // A day that a month has not, and the hour 24, are another day's; all else that there is not is NaN.
  return time.getUTCDate() === Number(text.slice(8, 10)) ? time : undefined
}

/** Its shape is made when it is first met: types may hold themselves. */
class KnownMember implements Member {
  readonly element: Buffer
  readonly name: string | undefined
  next: Member | undefined
  #shape: Shape | undefined
  readonly #schema: Schema
  readonly #readText: ReadText
  constructor(element: string, name: string | undefined, schema: Schema, readText: ReadText) {
    this.element = Buffer.from(element)
    this.name = name
    this.#schema = schema
    this.#readText = readText
  }
  get shape(): Shape | undefined {
    return (this.#shape ??= shapeOf(this.#schema, this.#readText))
  }
}
