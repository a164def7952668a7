import { digestOf } from '../../../core/digest.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import { templateSource } from '../../../model/template.js'
import { destinationText } from './rule-texts.js'

/** Only what is copied to where, whole: an option that says how does not make it another copy. */
export function blockRuleDigest({ from, to, method }: SyncSpec): string {
  return digestOf({ from, to, method }, 8)
}

/** A rule that copies files, without where it is copied from and to in fact: a renamed mount point takes its files along. */
export function fileRuleDigest(spec: SyncSpec): string {
  return digestOf(
    {
      to: destinationText(spec),
      delete: spec.delete,
      include: spec.include.length === 0 ? undefined : spec.include,
      exclude: spec.exclude,
      owner: spec.owner,
      chmod: spec.chmod,
      checksum: spec.checksum ? true : undefined,
      onChange: spec.onChange && templateSource(spec.onChange),
    },
    8,
  )
}
