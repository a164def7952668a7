import { ApiError } from './api-error.js'

/**
 * Returns the pairs of a form-urlencoded body or query string, in order. Throws MalformedQueryString for broken percent
 * escapes and for a parameter given twice: EC2's parameters all have one value.
 */
export function parseQuery(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  if (text === '') return pairs
  for (const part of text.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : decode(part.slice(equals + 1))
    if (pairs.has(name)) throw new ApiError('MalformedQueryString', `The parameter ${name} is given more than once`)
    pairs.set(name, value)
  }
  return pairs
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new ApiError('MalformedQueryString', 'The query string contains a syntax error')
  }
}

/**
 * The inverse of `parseQuery`, as the SDK writes it: everything but RFC 3986's unreserved characters is escaped.
 *
 * @internal exported for its test
 */
export function formatQuery(pairs: Iterable<readonly [string, string]>): string {
  return [...pairs].map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`).join('&')
}

/** RFC 3986 escaping as SigV4 wants it. */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
