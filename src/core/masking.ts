import { shellWord } from './shell-words.js'

/** What is shown in place of a value that nobody is to see. */
export const hiddenValue = '(sensitive)'

/**
 * Chosen: a shorter value is a part of too many words to be looked for in texts. It is hidden by structure alone: commands are
 * shown with `(sensitive)` in its place, whatever its length.
 */
const searchedLengthMin = 4

/** Chosen: what is cut out of a value, by the end of a buffer or of a line, is known again from so many characters on. */
const fragmentLength = 12

/** Of a longer value no fragments are known but those of its beginning. */
const fragmentsOfMax = 64 * 1024

/** Hides values in whatever goes out. */
export interface Mask {
  text(text: string): string
  /** The same for every text in data: copies what changes, but for errors, which are changed in place. */
  data<Data>(data: Data): Data
}

/**
 * A mask for values: as they stand, line by line, as JSON and as sh quote them, in URLs, hexadecimal digits and base64, and
 * fragments of all that. What a program has encoded in another way, or compressed, it does not know.
 */
export function createMask(values: Iterable<string>): Mask {
  const known = [...values].filter((value) => value.trim().length >= searchedLengthMin)
  if (known.length === 0) return { text: (text) => text, data: (data) => data }
  const forms = new Set(known.flatMap(formsOf).filter((form) => form.length >= searchedLengthMin))
  // The longest first: of what begins alike the whole is hidden.
  const sorted = [...forms].sort((left, right) => right.length - left.length)
  const whole = new RegExp(sorted.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|'), 'g')
  const fragments = fragmentsOf(sorted)
  const text = (shown: string) => withoutFragments(shown.replaceAll(whole, hiddenValue), fragments)
  return { text, data: (data) => visit(data, text, new Set()) as typeof data }
}

function formsOf(value: string): readonly string[] {
  const trimmed = value.trim()
  const lines = value.split(/\r?\n/).map((line) => line.trim())
  return [value, trimmed, ...lines].flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    JSON.stringify(JSON.stringify(form)).slice(3, -3),
    ...(form.includes('\0') ? [] : [shellWord(form)]),
    ...(form.length < encodedLengthMin ? [] : encodedFormsOf(form)),
  ])
}

/** Chosen: the encodings of a shorter value are parts of too many words. */
const encodedLengthMin = 6

/** As a program may have written it in a URL, in hexadecimal digits, or in base64 behind any other bytes. */
function encodedFormsOf(form: string): readonly string[] {
  const bytes = [...new TextEncoder().encode(form)]
  const inUrl = encodeURIComponent(new TextDecoder().decode(new Uint8Array(bytes)))
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const base64 = [0, 1, 2].map((before) => base64Of(bytes, before))
  return [
    inUrl,
    inUrl.replaceAll('%20', '+'),
    inUrl.replaceAll(/%../g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The letters of base64 that these bytes alone make, where so many others stand before them: a letter has six bits. */
function base64Of(bytes: readonly number[], before: number): string {
  const all = [...Array.from({ length: before }, () => 0), ...bytes]
  let text = ''
  for (let bit = Math.ceil((before * 8) / 6) * 6; bit + 6 <= all.length * 8; bit += 6) {
    const two = ((all[bit >> 3] ?? 0) << 8) | (all[(bit >> 3) + 1] ?? 0)
    text += base64Letters.charAt((two >> (10 - (bit % 8))) & 63)
  }
  return text
}

function fragmentsOf(forms: readonly string[]): ReadonlySet<string> {
  const fragments = new Set<string>()
  for (const form of forms) {
    const end = Math.min(form.length, fragmentsOfMax) - fragmentLength
    for (let start = 0; start <= end; start += 1) fragments.add(form.slice(start, start + fragmentLength))
  }
  return fragments
}

function withoutFragments(text: string, fragments: ReadonlySet<string>): string {
  let shown = ''
  let taken = 0
  let start = 0
  while (start + fragmentLength <= text.length) {
    if (!fragments.has(text.slice(start, start + fragmentLength))) {
      start += 1
      continue
    }
    let end = start + fragmentLength
    while (end < text.length && fragments.has(text.slice(end + 1 - fragmentLength, end + 1))) end += 1
    shown += text.slice(taken, start) + hiddenValue
    taken = end
    start = end
  }
  return shown + text.slice(taken)
}

type Change = (text: string) => string

function visit(value: unknown, change: Change, seen: Set<object>): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null || seen.has(value)) return value
  if (value instanceof Error) return changeError(value, change, seen)
  if (Array.isArray(value)) {
    const items = value.map((item) => visit(item, change, seen))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const entries = Object.entries(value)
  const changed = entries.map(([key, member]) => [change(key), visit(member, change, seen)] as const)
  const isSame = changed.every(([key, member], index) => key === entries[index]?.[0] && member === entries[index][1])
  return isSame ? value : Object.fromEntries(changed)
}

/** An error keeps what it is, which others ask it for. */
function changeError(error: Error, change: Change, seen: Set<object>): Error {
  seen.add(error)
  for (const name of Object.getOwnPropertyNames(error)) {
    const property = Object.getOwnPropertyDescriptor(error, name)
    if (!property || !('value' in property) || name === 'name' || name === 'code' || name === 'kind') continue
    const value: unknown = visit(property.value, change, seen)
    if (value !== property.value) Object.defineProperty(error, name, { ...property, value })
  }
  return error
}
