import type { VolumeSpec } from '../model/stack-spec.js'
import { parseApplied } from '../model/applied.js'
import { knownAfterApply, type Diff } from '../model/change.js'
import { causeOf } from './compare/comparison.js'
import type { LiveVolume } from '../model/live-stack.js'
import type { Planning } from './planning.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './graph/step-graph.js'
import { tagKeys } from '../model/tags.js'
import { release } from './volume-release.js'

/** Plans getting the volume to the server that the file names for it, or off every server. */
export function planAttachment(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate | undefined,
  live: LiveVolume,
  holder: ServerFate | undefined,
): { readonly diffs: readonly Diff[]; readonly arrives: boolean } {
  const { address } = spec
  const isHome = holder !== undefined && holder === fate && fate.action === 'keep'
  if (isHome || (!holder && !fate)) return { diffs: [], arrives: false }
  if (holder) release(planning, address, live, holder)
  if (fate) addAttachment(planning, spec, fate, live)
  const isReplaced = holder !== undefined && holder === fate
  const applied = parseApplied(live.tags[tagKeys.applied])
  const diff: Diff = {
    path: 'attachment',
    before: isReplaced ? (holder.live?.id ?? null) : (holder?.address ?? null),
    after: isReplaced ? knownAfterApply : (spec.server ?? null),
    cause: isReplaced ? 'pending' : causeOf(planning.digest, applied, 'server', spec.server),
  }
  return { diffs: [diff], arrives: fate !== undefined }
}

export function addAttachment(
  planning: Planning,
  spec: VolumeSpec,
  fate: ServerFate,
  live: LiveVolume | undefined,
): void {
  const { address } = spec
  planning.steps.add(
    'attach-volume',
    address,
    { volumeId: live?.id, server: fate.address },
    {
      needs: [
        stepId('create-volume', address),
        stepId('adopt-volume', address),
        stepId('detach-volume', address),
        stepId('create-server', fate.address),
        // EC2 attaches to what runs or is stopped, and to nothing in between.
        stepId('start-server', fate.address),
        stepId('stop-server', fate.address),
      ],
    },
  )
}
