import type { AppliedRecord, Digester } from '../../../../model/applied.js'
import type { Diff } from '../../../../model/change.js'
import type { VolumeSpec } from '../../../../model/kinds/volume.js'
import { causeOf } from '../../../compare/comparison.js'
import type { InsideView } from '../inside-view.js'

/**
 * Label and UUID that are not what the file says of a filesystem that is there: they are given when it is made, and no
 * step changes them. Where nobody could look, nothing is told.
 */
export function identityDifferences(
  digest: Digester,
  { label, uuid, fstype }: Pick<VolumeSpec, 'label' | 'uuid' | 'fstype'>,
  { found, isWanted, formats }: Pick<InsideView, 'found' | 'isWanted' | 'formats'>,
  applied: AppliedRecord | undefined,
): readonly Diff<'volume'>[] {
  if (found === undefined || found.fstype === null || !isWanted || formats || fstype === 'raw') return []
  const diffs: Diff<'volume'>[] = []
  const compare = (path: 'label' | 'uuid', wanted: string | undefined, live: string | undefined) => {
    if (wanted === undefined || (live !== undefined && sameText(wanted, live))) return
    const word = live === undefined ? `leave ${path} out` : `write ${path}: ${live}`
    const left = `a filesystem gets its ${path} when it is made: ${word}, or change it on the server`
    diffs.push({ path, before: live ?? null, after: wanted, cause: causeOf(digest, applied, path, wanted), left })
  }
  compare('label', label, found.label)
  compare('uuid', uuid, found.uuid)
  return diffs
}

/** Some filesystems keep labels in capitals, and UUIDs are written with dashes, without, and in either case. */
function sameText(left: string, right: string): boolean {
  const plain = (text: string) => text.replaceAll('-', '').toLowerCase()
  return plain(left) === plain(right)
}
