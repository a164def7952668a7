import { createHash } from 'node:crypto'

/** JSON with keys sorted at every level and `undefined` members left out: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== 'object' || Array.isArray(member)) return member
    // Without a prototype, so that a key `__proto__` is a key like any other.
    const sorted = Object.create(null) as Record<string, unknown>
    for (const key of Object.keys(member).sort()) sorted[key] = (member as Record<string, unknown>)[key]
    return sorted
  })
}

/** SHA-256 of the canonical JSON of `value`, in hex, cut to `length` characters (default 64, all of it). */
export function digestOf(value: unknown, length = 64): string {
  return digestOfText(canonicalJson(value) ?? 'undefined', length)
}

/** SHA-256 of a text's UTF-8 bytes, in hex, cut to `length` characters. */
export function digestOfText(text: string, length = 64): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
