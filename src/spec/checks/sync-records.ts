import type { Context } from '../context.js'
import { parseWrittenEndpoint } from '../kinds/sync-rule/written-endpoint.js'

/** How many tags the sync rules need on the entry that they write to, by entry (`volume.music`): one each, for what was copied last. */
export function syncRecordsOf(context: Context): ReadonlyMap<string, number> {
  const records = new Map<string, number>()
  for (const rule of context.sync.values()) {
    const to = rule?.to === undefined ? undefined : parseWrittenEndpoint(rule.to)
    if (!to) continue
    const entry =
      to.kind === 'volume' || to.kind === 'volumes'
        ? `volume.${to.volume.replace(/\[.*$/, '')}`
        : to.kind === 'server' || to.kind === 'servers'
          ? `server.${to.server.replace(/^server\./, '').replace(/\[.*$/, '')}`
          : undefined
    if (entry === undefined) continue
    records.set(entry, (records.get(entry) ?? 0) + 1)
  }
  return records
}
