import { parseAddress, type Address } from '../address.js'
import type { LiveServer, ServerSpec } from '../kinds/server.js'
import { tagKeys } from '../tags.js'

/** The server through which a live one is entered: as the file says, and as its tag does where its entry has left the file. */
export function viaOf(server: LiveServer, wanted: ServerSpec | undefined): Address | undefined {
  if (wanted) return wanted.via
  const tag = server.tags[tagKeys.via]
  return tag !== undefined && parseAddress(tag)?.kind === 'server' ? (tag as Address) : undefined
}
