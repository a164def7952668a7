import type { HostContent, LiveSnapshot, LiveVolume } from './live-stack.js'
import { nameTag } from './names.js'
import type { Planning } from './planning.js'
import { tagKeys, type Tags } from './tags.js'

/** The version of a snapshot by its tag; 0 when it has none. */
export function snapshotVersion(snapshot: LiveSnapshot): number {
  const version = Number(snapshot.tags[tagKeys.version] ?? 0)
  return Number.isInteger(version) && version > 0 ? version : 0
}

/** Whether the left one is the newer state of a volume: by version; of one version, the one that was started later. */
export function isNewerSnapshot(left: LiveSnapshot, right: LiveSnapshot): boolean {
  const versions = snapshotVersion(left) - snapshotVersion(right)
  return versions === 0 ? left.startedAt > right.startedAt : versions > 0
}

/** Everything that is needed to make the volume again from a snapshot that is taken now, alone. `extra` comes last. */
export function snapshotTags(planning: Planning, live: LiveVolume, extra: Tags = {}): Tags {
  const { address } = live
  const spec = planning.volumes.get(address)
  const versions = (planning.live.snapshots.get(address) ?? []).map(snapshotVersion)
  const { content, mountPath } = insideOf(planning, live)
  const known: Readonly<Record<string, string | undefined>> = {
    [tagKeys.stack]: planning.live.stack.stack,
    [tagKeys.address]: address,
    [tagKeys.name]: nameTag(planning.live.stack.stack, address),
    [tagKeys.version]: String(1 + Math.max(0, ...versions)),
    [tagKeys.origin]: live.tags[tagKeys.origin],
    [tagKeys.fstype]: content?.fstype ?? live.tags[tagKeys.fstype],
    [tagKeys.mount]: mountPath ?? live.tags[tagKeys.mount],
    [tagKeys.label]: content ? content.label : spec?.label,
    [tagKeys.uuid]: content ? content.uuid : spec?.uuid,
    [tagKeys.size]: String(live.sizeGiB),
    [tagKeys.onRemove]: live.tags[tagKeys.onRemove],
    [tagKeys.revision]: planning.options.revision ?? live.tags[tagKeys.revision],
    [tagKeys.run]: planning.options.run,
    ...extra,
  }
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(known)) {
    if (value !== undefined) tags[key] = value
  }
  return tags
}

/** What a probe of the server that has the volume found on it; both undefined where nobody could look. */
export function insideOf(
  planning: Planning,
  { id, attachment }: LiveVolume,
): { readonly content: HostContent | undefined; readonly mountPath: string | undefined } {
  const holder = attachment && planning.live.serversById.get(attachment.instanceId)
  const facts = holder && planning.live.stack.hosts[holder.address]
  if (facts?.kind !== 'read') return { content: undefined, mountPath: undefined }
  return {
    content: facts.devices.find(({ volumeId }) => volumeId === id)?.content,
    mountPath: facts.mounts.find(({ volumeId }) => volumeId === id)?.path,
  }
}
