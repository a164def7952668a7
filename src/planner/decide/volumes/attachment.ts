import { parseApplied } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import { causeOf } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import type { ServerOutlook } from '../servers/server-outlook.js'
import { releaseFrom, type Holder } from './release.js'
import type { Attachment } from './volume-decision.js'

/** How a live volume gets to the server that the file names for it, or off every server. */
export function decideAttachment(
  world: World,
  spec: VolumeSpec,
  server: ServerOutlook | undefined,
  live: LiveVolume,
  holder: Holder | undefined,
): Attachment & { readonly diffs: readonly Diff<'volume'>[] } {
  if (isHomeOn(holder, server)) return { release: undefined, arrivesAt: undefined, diffs: detachmentDiffs(spec, live) }
  if (!holder && !server) return { release: undefined, arrivesAt: undefined, diffs: [] }
  const isReplaced = holder !== undefined && holder.address === server?.address
  const applied = parseApplied(live.tags[tagKeys.applied])
  const diff: Diff<'volume'> = {
    path: 'attachment',
    before: isReplaced ? holder.instanceId : (holder?.address ?? null),
    after: isReplaced ? knownAfterApply : (spec.server ?? null),
    cause: isReplaced ? 'pending' : causeOf(world.digest, applied, 'server', spec.server),
  }
  return { release: holder && releaseFrom(world, live, holder), arrivesAt: server?.address, diffs: [diff] }
}

/** Whether a volume is where it belongs, and stays there. */
export function isHomeOn(holder: Holder | undefined, server: ServerOutlook | undefined): boolean {
  return holder !== undefined && holder.stays && holder.instanceId === server?.live?.id
}

/** EC2 takes back no detachment that somebody asked for: it ends once the server no longer uses the volume. */
function detachmentDiffs(spec: VolumeSpec, { attachment }: LiveVolume): readonly Diff<'volume'>[] {
  if (attachment?.state !== 'busy') return []
  const left =
    'somebody has asked EC2 to detach it while it is in use: unmount it on the server, then apply attaches it again'
  return [{ path: 'attachment', before: 'busy, to be detached', after: spec.server ?? null, cause: 'drift', left }]
}
