/**
 * Chosen: more than a stack of 10,000 servers with two volumes each has (380,000), and about a second of reading and checking,
 * whatever the parts say. Every mistake of a text takes time by them.
 */
const partsMax = 500_000

/** Chosen: what the reader that knows every mistake takes half a second for; a stack of 1,000 servers has 38,000 parts. */
const fullyReadPartsMax = 40_000
const fullyReadCharactersMax = 1024 * 1024

export interface TextSize {
  /** Whether the text is left to the quick reader, which tells the first mistake of syntax alone. */
  readonly isLarge: boolean
  /** Where it has more parts than are read at all, as an offset. */
  readonly tooManyFrom: number | undefined
}

/** How much a text is to read, by the marks between its parts: it is looked at before any reader sees it. */
export function sizeOfText(text: string): TextSize {
  const { isLarge, tooManyFrom } = sizeOfTexts([text])
  return { isLarge, tooManyFrom: tooManyFrom?.offset }
}

/** The same of several texts that are one stack file together. */
export function sizeOfTexts(texts: readonly string[]): {
  readonly isLarge: boolean
  readonly tooManyFrom: { readonly index: number; readonly offset: number } | undefined
} {
  let parts = 0
  let characters = 0
  for (const [index, text] of texts.entries()) {
    const counted = partsOf(text, partsMax - parts)
    if (typeof counted === 'object') return { isLarge: true, tooManyFrom: { index, ...counted } }
    parts += counted
    characters += text.length
  }
  return { isLarge: parts > fullyReadPartsMax || characters > fullyReadCharactersMax, tooManyFrom: undefined }
}

/** How many parts a text has, or where it has more than `most`. */
function partsOf(text: string, most: number): number | { readonly offset: number } {
  let parts = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    // Most parts of a text are in the flow of others: `: ` and `- ` stand for one each.
    const weight = marks[code] ?? 0
    if (weight === 0 || (weight === beforeSpace && text.charCodeAt(index + 1) !== space)) continue
    parts += 1
    if (parts > most) return { offset: index }
  }
  return parts
}

const space = 0x20
const [always, beforeSpace] = [1, 2]

/** By character code: a set takes ten times as long to ask. */
const marks = new Uint8Array(128)
for (const mark of '\n,{}[]*&!?"\'\\') marks[mark.charCodeAt(0)] = always
for (const mark of ':-') marks[mark.charCodeAt(0)] = beforeSpace
