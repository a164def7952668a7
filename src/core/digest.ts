import { hash } from 'node:crypto'

/**
 * JSON with keys sorted at every level and `undefined` members left out: equal values give equal text. Keys that are whole numbers
 * come first, as JavaScript lists them; saved digests go by it.
 */
export function canonicalJson(value: unknown): string {
  return written(value) as string
}

/**
 * Undefined for what JSON leaves out. Written by hand: with a replacer, JSON.stringify takes three times as long. Loops without
 * lists of their own between: this runs over all that is wanted and all that is live.
 */
function written(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${written(item) ?? 'null'}`
    return `[${text}]`
  }
  const record = value as Readonly<Record<string, unknown>>
  if (typeof record['toJSON'] === 'function') return written(record['toJSON']())
  for (const key of sortedKeys(record)) {
    const member = written(record[key])
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${member}`
  }
  return `{${text}}`
}

function sortedKeys(record: object): readonly string[] {
  const keys = Object.keys(record)
  // Most records have a dozen keys: inserting takes a fraction of what `sort` does for its own lists.
  if (keys.length > 40) keys.sort()
  else insertSorted(keys)
  const first = keys[0]?.charCodeAt(0) ?? 0
  return first < 0x3a && keys.some(isNumbered) ? Object.keys(Object.fromEntries(keys.map((key) => [key, true]))) : keys
}

function insertSorted(keys: string[]): void {
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] as string
    let at = end
    for (; at > 0 && (keys[at - 1] as string) > key; at -= 1) keys[at] = keys[at - 1] as string
    keys[at] = key
  }
}

function isNumbered(key: string): boolean {
  return /^[0-9]/.test(key)
}

/** SHA-256 of the canonical JSON of `value`, in hex, cut to `length` characters (default 64, all of it). */
export function digestOf(value: unknown, length = 64): string {
  return digestOfText(canonicalJson(value) ?? 'undefined', length)
}

/** SHA-256 of a text's UTF-8 bytes, in hex, cut to `length` characters. */
export function digestOfText(text: string, length = 64): string {
  return hash('sha256', text, 'hex').slice(0, length)
}
