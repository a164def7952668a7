import type { AppliedRecord, Digester } from '../../../model/applied.js'
import { fstypeFromBlkid } from '../../../model/inside/fstype.js'
import { type FstabLine, type HostDevice, type HostMount } from '../../../model/inside/host-facts.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { ServerOutlook } from '../servers/server-outlook.js'

/** A volume on the server that the file names for it, as far as it is looked at. */
export interface ViewedVolume {
  readonly spec: VolumeSpec
  readonly server: ServerOutlook
  readonly live: LiveVolume | undefined
  readonly origin: string
  readonly arrives: boolean
}

/** What is known of a volume's inside before the plan. Members are undefined where nobody could look. */
export interface InsideView {
  /** What the signature probes found; `fstype: null` is a blank device. */
  readonly found:
    | { readonly fstype: string | null; readonly label: string | undefined; readonly uuid: string | undefined }
    | undefined
  /** Whether what was found is what the file names; true where nobody could look, or where anything goes. */
  readonly isWanted: boolean
  /** Whether the file names another filesystem than at the last apply; none is made anew for that. */
  readonly isRenamed: boolean
  /** Whether a filesystem is made in this plan. */
  readonly formats: boolean
  /** Whether the filesystem is new, so that its top directory gets an owner. */
  readonly isFresh: boolean
  /** Mounts of this volume on its server. */
  readonly mounts: readonly HostMount[] | undefined
  readonly fstab: readonly FstabLine[] | undefined
  /** GiB of filesystem and device, where the filesystem is clearly smaller. */
  readonly shortfall: { readonly filesystem: number; readonly device: number } | undefined
}

/**
 * Looks at a volume through its server's probe. A filesystem is made only on a volume that this stack made blank, whose
 * record has no filesystem yet, and on which no probe shows anything.
 */
export function insideView(digest: Digester, input: ViewedVolume, applied: AppliedRecord | undefined): InsideView {
  const { spec, server, live, arrives, origin } = input
  const facts = server.inside === 'known' && server.facts.kind === 'read' ? server.facts : undefined
  const device = facts && !arrives && live ? facts.devices.find(({ volumeId }) => volumeId === live.id) : undefined
  const found = device && { fstype: null, label: undefined, uuid: undefined, ...device.content }
  const isUnmade = origin === 'blank' && spec.fstype !== 'raw' && applied?.fs === undefined
  // Without a record (a tag that people removed) only a look at the device can tell that nothing would be lost.
  const isBlank = found ? found.fstype === null : !live || applied !== undefined
  return {
    found,
    isWanted: spec.fstype === 'raw' || found === undefined || isSameFilesystem(found.fstype, spec.fstype),
    isRenamed: spec.fstype !== 'raw' && applied?.fs !== undefined && applied.fs !== digest(spec.fstype),
    formats: isUnmade && isBlank,
    isFresh: isUnmade,
    mounts: facts && !arrives && live ? facts.mounts.filter(({ volumeId }) => volumeId === live.id) : undefined,
    fstab: facts?.fstab,
    shortfall: device && shortfallOf(device),
  }
}

/** The same for a volume whose content comes from a copy: nothing is made on it, and what a copy will replace does not count. */
export function filledView(view: InsideView, state: 'due' | 'done'): InsideView {
  const unmade = { ...view, formats: false, isFresh: false }
  if (state === 'done') return unmade
  return { ...unmade, found: undefined, isWanted: true, isRenamed: false, shortfall: undefined }
}

const bytesPerGiB = 2 ** 30

/** Chosen: half a GiB and a tenth, more than any filesystem or partition table keeps for itself. EC2 grows by whole GiB. */
function shortfallOf({ sizeBytes, content }: HostDevice): InsideView['shortfall'] {
  const bytes = content?.filesystemBytes
  if (bytes === undefined) return undefined
  const gap = sizeBytes - bytes
  if (gap < bytesPerGiB / 2 || gap < sizeBytes / 10) return undefined
  return { filesystem: Math.floor(bytes / bytesPerGiB), device: Math.floor(sizeBytes / bytesPerGiB) }
}

function isSameFilesystem(found: string | null, wanted: string): boolean {
  return found !== null && (found === wanted || fstypeFromBlkid(found) === wanted)
}
