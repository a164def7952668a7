import type { SyncEndpoint, SyncSpec } from '../../../model/kinds/sync-rule.js'

/** Where a rule copies from, as reports and digests say it. */
export function sourceText({ from }: SyncSpec): string {
  return from.map(endText).join(', ')
}

export function destinationText({ to }: SyncSpec): string {
  return endText(to)
}

function endText(end: SyncEndpoint): string {
  switch (end.kind) {
    case 'local':
      return end.path
    case 'remote':
      return `${end.host}:${end.path}`
    case 'server':
      return `${end.server}:${end.path}`
    case 'volume':
      return `${end.volume}/${end.path}`
  }
}
