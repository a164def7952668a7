import type { IncomingHttpHeaders } from 'node:http'

/**
 * Why a request is answered with nothing, or undefined. A page in a browser of this machine can send requests to loopback: under a
 * name of its own that it lets point there ("DNS rebinding"; the name stands in Host), or across origins (each browser says so in
 * Origin). No client of the API is a page.
 */
export function refusalOf({ host = '', origin }: IncomingHttpHeaders): string | undefined {
  if (origin !== undefined) return 'the sandbox answers no page in a browser'
  return loopbackName.test(host) ? undefined : 'the sandbox answers on loopback alone, by its own names'
}

/** RFC 6761, section 6.3: names below localhost are nobody's but this machine's. */
const loopbackName = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?(?::\d+)?$/i
