import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { OnRemove } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import { removedDiff } from '../../compare/comparison.js'
import { reasonForRemoval } from '../../compare/reasons.js'
import { removalRefusal } from '../guarded.js'
import { snapshotTags } from '../snapshots/snapshot-tags.js'
import type { World } from '../../world.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import { heldFast, holderOf, releaseFrom } from './release.js'
import type { VolumeDecision } from './volume-decision.js'

/** Decides the end of a live volume that the file no longer names, by its own rule. */
export function decideRemoval(world: World, servers: ServerOutlooks, live: LiveVolume): VolumeDecision {
  const { address } = live
  const guarded = removalRefusal(live, world.going.volumes.get(address))
  if (guarded) return guarded
  const holder = holderOf(world, servers, address, live)
  if (holder && 'kind' in holder) return holder
  const held = holder && heldFast(world, address, live, holder)
  if (held) return held
  const rule = removalRule(world, live)
  return {
    kind: 'remove',
    address,
    live,
    release: holder && releaseFrom(world, live, holder),
    rule,
    snapshotTags: snapshotTags(world, live),
    change: {
      address,
      kind: 'remove',
      reason: `${reasonForRemoval(world.destroying !== undefined)}; ${ruleText[rule]}`,
      diffs: [removedDiff],
    },
    problems: [],
  }
}

const ruleText: Readonly<Record<OnRemove, string>> = {
  snapshot: 'its data stays as a snapshot',
  retain: 'the volume itself is kept, out of the stack',
  delete: 'its data is deleted, as onRemove: delete says',
}

/** When everything goes, the file's word counts where there is a file; else the tag's; a snapshot when neither says. */
function removalRule({ going }: World, live: LiveVolume): OnRemove {
  const spec = going.volumes.get(live.address)
  const rule = spec?.onRemove ?? live.tags[tagKeys.onRemove]
  return rule === 'retain' || rule === 'delete' ? rule : 'snapshot'
}
