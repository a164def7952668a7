import { formatBytes } from '../../core/units.js'
import { fstypeFromBlkid } from '../../model/inside/fstype.js'
import { type HostContent } from '../../model/inside/host-facts.js'
import type { Fstype } from '../../model/inside/fstype.js'

/** What stands on a device, for people: `an ext4 filesystem labelled "music" (UUID 0b5a…, 20 GiB)`. */
export function describeContent(content: HostContent): string {
  const details = [
    content.uuid === undefined ? undefined : `UUID ${content.uuid}`,
    content.filesystemBytes === undefined ? undefined : formatBytes(content.filesystemBytes),
  ].filter((detail) => detail !== undefined)
  const label = content.label === undefined ? '' : ` labelled "${content.label}"`
  return `${nounOf(content.fstype)}${label}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}

function nounOf(fstype: string): string {
  if (fstype === 'unknown') return 'something that could not be read'
  if (fstype === 'swap') return 'a swap area'
  if (fstype === 'gpt' || fstype === 'dos') return `a partition table (${fstype})`
  if (fstypeFromBlkid(fstype) === undefined) return `a signature of type ${fstype}`
  return `${/^[aefijosx]/.test(fstype) && fstype !== 'jfs' ? 'an' : 'a'} ${fstype} filesystem`
}

/** Whether what was found is the wanted kind of filesystem. */
export function isWantedFstype(content: HostContent, fstype: Fstype): boolean {
  return fstypeFromBlkid(content.fstype) === fstype
}
