import type { OnRemove } from '../spec/stack-spec.js'
import type { HostContent, LiveVolume } from './live-stack.js'
import { nameTag } from './names.js'
import { removedDiff } from './comparison.js'
import { recordChange, type Planning } from './planning.js'
import { reasonForRemoval } from './reasons.js'
import type { ServerFate } from './server-fate.js'
import type { StepId } from './step.js'
import { tagKeys, type Tags } from './tags.js'
import { snapshotVersion } from './volume-source.js'
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
        tags: snapshotTags(planning, live, holder),
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

/** Everything that is needed to make the volume again from the snapshot alone. */
function snapshotTags(planning: Planning, live: LiveVolume, holder: ServerFate | undefined): Tags {
  const { address } = live
  const versions = (planning.live.snapshots.get(address) ?? []).map(snapshotVersion)
  const content = contentOf(live, holder)
  const mount =
    holder?.facts.kind === 'read' ? holder.facts.mounts.find(({ volumeId }) => volumeId === live.id) : undefined
  const known: Readonly<Record<string, string | undefined>> = {
    [tagKeys.stack]: planning.spec.stack,
    [tagKeys.address]: address,
    [tagKeys.name]: nameTag(planning.spec.stack, address),
    [tagKeys.version]: String(1 + Math.max(0, ...versions)),
    [tagKeys.origin]: live.tags[tagKeys.origin],
    [tagKeys.fstype]: content?.fstype ?? live.tags[tagKeys.fstype],
    [tagKeys.mount]: mount?.path ?? live.tags[tagKeys.mount],
    [tagKeys.label]: content?.label,
    [tagKeys.uuid]: content?.uuid,
    [tagKeys.revision]: planning.options.revision ?? live.tags[tagKeys.revision],
    [tagKeys.run]: planning.options.run,
  }
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(known)) {
    if (value !== undefined) tags[key] = value
  }
  return tags
}

function contentOf(live: LiveVolume, holder: ServerFate | undefined): HostContent | undefined {
  if (holder?.facts.kind !== 'read') return undefined
  return holder.facts.devices.find(({ volumeId }) => volumeId === live.id)?.content
}
