import type { OnRemove } from '../model/stack-spec.js'
import type { LiveVolume } from '../model/live-stack.js'
import { nameTag } from '../model/names.js'
import { removedDiff } from './compare/comparison.js'
import { recordChange, type Planning } from './planning.js'
import { reasonForRemoval } from './compare/reasons.js'
import type { ServerFate } from './server-fate.js'
import type { StepId } from '../model/step.js'
import { tagKeys } from '../model/tags.js'
import { snapshotTags } from './snapshot-tags.js'
import { holderOf, release } from './volume-release.js'

/** Plans the end of every live volume that the file no longer names, each by its own rule. `taken` lists those that found another entry. */
export function planVolumeRemovals(planning: Planning, taken: ReadonlySet<string>): void {
  for (const [address, live] of planning.live.volumes) {
    if (planning.changes.has(address) || planning.blocked.has(address) || taken.has(live.id)) continue
    const holder = holderOf(planning, address, live)
    if (planning.blocked.has(address)) {
      const reason = planning.problems.find((problem) => problem.address === address)?.message
      recordChange(planning, {
        address,
        kind: 'none',
        reason: reason ?? 'what it stands on cannot be planned',
        diffs: [],
      })
      continue
    }
    planRemoval(planning, live, holder)
  }
}

function planRemoval(planning: Planning, live: LiveVolume, holder: ServerFate | undefined): void {
  const { steps } = planning
  const { address } = live
  const needs: StepId[] = holder ? [release(planning, address, live, holder)] : []
  const rule = removalRule(planning, live)
  if (rule === 'retain') {
    const retained = { [tagKeys.retained]: planning.options.run ?? 'true' }
    steps.add('tag-resource', address, { target: address, tags: retained, removeTags: [] }, { needs })
  } else {
    if (rule === 'snapshot') {
      const snapshot = {
        volumeId: live.id,
        description: `${nameTag(planning.spec.stack, address)}, taken before the volume was removed`,
        tags: snapshotTags(planning, live),
      }
      needs.push(steps.add('create-snapshot', address, snapshot, { needs }))
    }
    const impact = rule === 'delete' ? 'data-loss' : 'none'
    steps.add('delete-volume', address, { volumeId: live.id }, { needs, impact })
  }
  recordChange(planning, {
    address,
    kind: 'remove',
    reason: `${reasonForRemoval(planning.destroying !== undefined)}; ${ruleText[rule]}`,
    diffs: [removedDiff],
  })
}

const ruleText: Readonly<Record<OnRemove, string>> = {
  snapshot: 'its data stays as a snapshot',
  retain: 'the volume itself is kept, out of the stack',
  delete: 'its data is deleted, as onRemove: delete says',
}

/** When everything goes, the file's word counts where there is a file; else the tag's; a snapshot when neither says. */
function removalRule(planning: Planning, live: LiveVolume): OnRemove {
  const spec = planning.destroying?.volumes.find(({ address }) => address === live.address)
  const rule = spec?.onRemove ?? live.tags[tagKeys.onRemove]
  return rule === 'retain' || rule === 'delete' ? rule : 'snapshot'
}
