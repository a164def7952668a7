import type { Context } from '../context.js'
import { parseWrittenEndpoint } from '../kinds/sync-rule/written-endpoint.js'

/**
 * How many tags the sync rules need at most on the entry that they write to, by entry (`volume.music`): one each for what was
 * copied last, and another while a command or a health check of it has not succeeded.
 */
export function syncRecordsOf(context: Context): ReadonlyMap<string, number> {
  const records = new Map<string, number>()
  for (const rule of context.sync.values()) {
    const to = rule?.to === undefined ? undefined : parseWrittenEndpoint(rule.to)
    if (!rule || !to) continue
    const entry =
      to.kind === 'volume'
        ? `volume.${to.volume}`
        : to.kind === 'server' || to.kind === 'servers'
          ? `server.${to.server.replace(/^server\./, '').replace(/\[.*$/, '')}`
          : undefined
    if (entry === undefined) continue
    const needed = rule.onChange === undefined && rule.rolling === undefined ? 1 : 2
    records.set(entry, (records.get(entry) ?? 0) + needed)
  }
  return records
}
