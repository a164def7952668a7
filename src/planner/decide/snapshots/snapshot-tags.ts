import type { HostContent } from '../../../model/inside/host-facts.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import { snapshotVersion } from '../../../model/snapshot-version.js'
import { nameTag } from '../../../model/names.js'
import type { World } from '../../world.js'
import { sharingTags } from './sharing-decisions.js'
import { factsOf } from '../servers/server-outlook.js'
import { tagKeys, type Tags } from '../../../model/tags.js'

/** Everything that is needed to make the volume again from a snapshot that is taken now, alone. `extra` comes last. */
export function snapshotTags(world: World, live: LiveVolume, extra: Tags = {}): Tags {
  const { address } = live
  const spec = world.volumes.get(address)
  // Also above those of copies from another region, so that a number says which one is meant.
  const known = [...(world.live.snapshots.get(address) ?? []), ...(world.live.arrived.get(address) ?? [])]
  const versions = known.map(snapshotVersion)
  const { content, mountPath } = probedContent(world, live)
  const wanted: Readonly<Record<string, string | undefined>> = {
    [tagKeys.stack]: world.live.stack.stack,
    [tagKeys.address]: address,
    [tagKeys.name]: nameTag(world.live.stack.stack, address),
    [tagKeys.version]: String(1 + Math.max(0, ...versions)),
    [tagKeys.origin]: live.tags[tagKeys.origin],
    [tagKeys.fstype]: content?.fstype ?? live.tags[tagKeys.fstype],
    [tagKeys.mount]: mountPath ?? live.tags[tagKeys.mount],
    [tagKeys.label]: content ? content.label : spec?.label,
    [tagKeys.uuid]: content ? content.uuid : spec?.uuid,
    [tagKeys.size]: String(live.sizeGiB),
    [tagKeys.onRemove]: live.tags[tagKeys.onRemove],
    [tagKeys.revision]: world.options.revision ?? live.tags[tagKeys.revision],
    [tagKeys.run]: world.options.run,
    ...sharingTags(world, spec?.shareSnapshots),
    ...extra,
  }
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(wanted)) {
    if (value !== undefined) tags[key] = value
  }
  return tags
}

/** What a probe of the server that has the volume found on it; both undefined where nobody could look. */
export function probedContent(
  world: World,
  { id, attachment }: LiveVolume,
): { readonly content: HostContent | undefined; readonly mountPath: string | undefined } {
  const holder = attachment && world.live.serversById.get(attachment.instanceId)
  const facts = factsOf(world, holder)
  if (facts.kind !== 'read') return { content: undefined, mountPath: undefined }
  return {
    content: facts.devices.find(({ volumeId }) => volumeId === id)?.content,
    mountPath: facts.mounts.find(({ volumeId }) => volumeId === id)?.path,
  }
}
