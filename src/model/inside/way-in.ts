import { parseAddress, type Address } from '../address.js'
import type { LiveServer, ServerSpec } from '../kinds/server.js'
import type { Move } from '../moves/move.js'
import { tagKeys } from '../tags.js'

/**
 * The server through which a live one is entered: as the file says, and as its tag does where its entry has left the file, by the
 * name that one has now.
 */
export function viaOf(
  server: LiveServer,
  wanted: ServerSpec | undefined,
  renamed: readonly Move[] = [],
): Address | undefined {
  if (wanted) return wanted.via
  const tag = server.tags[tagKeys.via]
  if (tag === undefined || parseAddress(tag)?.kind !== 'server') return undefined
  return renamed.find(({ from }) => from === tag)?.to ?? (tag as Address)
}
