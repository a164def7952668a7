import { parseAddress, type Address } from '../../../model/address.js'
import { recordTag } from '../../../model/copy-record.js'
import { syncTagKey } from '../../../model/tags.js'
import { removedDiff } from '../../compare/comparison.js'
import { reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import type { RemoveFiles } from './file-decision.js'

/**
 * Rules that the file no longer has: their files stay, their tags go, wherever they are, and so do the snapshots that a
 * clone which was cut off has left.
 */
export function decideForgottenRecords(world: World, servers: ServerOutlooks): readonly RemoveFiles[] {
  const known = new Set(world.spec.syncs.map(({ address }) => recordTag(address)))
  const prefix = syncTagKey('')
  const kept = [
    ...[...servers.values()].filter(({ action }) => action === 'keep').map(({ live }) => live),
    ...world.spec.volumes.map(({ address }) => world.live.volumes.get(address)),
  ]
  const forgotten = new Map<string, Address[]>()
  for (const resource of kept) {
    if (!resource) continue
    for (const tag of Object.keys(resource.tags)) {
      if (!tag.startsWith(prefix) || known.has(tag)) continue
      const targets = forgotten.get(tag)
      if (targets) targets.push(resource.address)
      else forgotten.set(tag, [resource.address])
    }
  }
  for (const address of world.live.snapshots.keys()) {
    const tag = recordTag(address)
    if (parseAddress(address)?.kind === 'sync' && !known.has(tag) && !forgotten.has(tag)) forgotten.set(tag, [])
  }
  return [...forgotten].map(([tag, targets]): RemoveFiles => {
    const address = `sync.${tag.slice(prefix.length)}` as Address
    const isDestroy = world.destroying !== undefined
    const reason = isDestroy ? reasonForRemoval(true) : 'the file no longer names it; the files that it copied stay'
    const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
    return { kind: 'remove', address, change, problems: [], tag, targets }
  })
}
