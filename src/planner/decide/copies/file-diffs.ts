import { count, formatBytes } from '../../../core/units.js'
import type { Diff } from '../../../model/change.js'
import type { SyncFacts } from '../../../model/kinds/sync-rule.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import { templateShown } from '../../../model/template.js'
import { createDiffs } from '../../compare/comparison.js'
import { destinationText, sourceText } from './rule-texts.js'

/** What the file says of a rule, where it is new. */
export function wishes(spec: SyncSpec, isFirst: boolean, cause: Diff['cause']): readonly Diff[] {
  if (!isFirst) return []
  return createDiffs(
    {
      from: sourceText(spec),
      to: destinationText(spec),
      via: spec.via === 'local' ? spec.via : undefined,
      delete: flag(spec.delete),
      include: some(spec.include),
      exclude: some(spec.exclude),
      owner: spec.owner,
      chmod: spec.chmod,
      checksum: flag(spec.checksum),
      bandwidthKiBps: spec.bandwidthKiBps,
      compress: flag(spec.compress),
      partial: flag(spec.partial),
      onChange: spec.onChange && templateShown(spec.onChange),
      health: spec.rolling && templateShown(spec.rolling.health),
    },
    cause,
  )
}

/** What the copy will do, by the dry run; `before` tells what differs at the destination, nothing when nothing was there. */
export function figures(
  spec: SyncSpec,
  facts: Extract<SyncFacts, { kind: 'read' }>,
  isFirst: boolean,
  cause: Diff['cause'],
): readonly Diff[] {
  const { filesCreated, filesChanged, filesDeleted, bytes } = facts
  const differing = filesCreated + filesChanged + filesDeleted
  const parts = [
    filesCreated > 0 ? `${filesCreated} missing` : '',
    filesChanged > 0 ? `${filesChanged} changed` : '',
    filesDeleted > 0 ? `${filesDeleted} too many` : '',
  ].filter((part) => part !== '')
  const figure = (path: Diff<'sync'>['path'], amount: number): readonly Diff[] =>
    amount > 0 ? [{ path, before: null, after: amount, cause }] : []
  const files: Diff =
    isFirst && facts.compared === 'source-only'
      ? { path: 'files', before: null, after: `${count(differing, 'file')}, ${formatBytes(bytes)}`, cause }
      : {
          path: 'files',
          before: `${count(differing, 'file')} ${differing === 1 ? 'differs' : 'differ'}: ${parts.join(', ')}`,
          after: `as in ${sourceText(spec)}`,
          cause,
        }
  return [
    files,
    ...figure('files.created', filesCreated),
    ...figure('files.changed', filesChanged),
    ...figure('files.deleted', filesDeleted),
    ...figure('files.bytes', bytes),
    ...(facts.sample.length > 0 ? [{ path: 'files.first', before: null, after: facts.sample, cause } as const] : []),
  ]
}

function flag(value: boolean): true | undefined {
  return value ? true : undefined
}

function some(patterns: readonly string[]): readonly string[] | undefined {
  return patterns.length === 0 ? undefined : patterns
}
