import { copyByHand, type HandCopy } from '../app/copy-by-hand.js'
import type { Session } from '../app/session.js'
import { count, formatBytes } from '../core/units.js'
import type { CopyFigures } from '../executor/ports.js'
import { legible } from '../report/legible.js'
import { activityLine } from './terminal.js'

/** Copies by hand, with what is sent on the terminal, and tells the figures. Shared by put and get. */
export async function copyShown(session: Session, copy: HandCopy): Promise<void> {
  const activity = activityLine()
  const figures = await copyByHand(session, copy, (bytes) => activity.say(`copying, ${formatBytes(bytes)}`)).finally(
    activity.clear,
  )
  const { filesCreated, filesChanged, filesDeleted, bytes } = figures
  if (copy.dryRun) {
    process.stdout.write(legible(dryRunText(figures, copy.delete)))
    return
  }
  const deleted = copy.delete ? `, ${filesDeleted} deleted` : ''
  process.stdout.write(
    `${count(filesCreated, 'file')} created, ${filesChanged} changed${deleted}; ${formatBytes(bytes)} copied.\n`,
  )
}

/** What a dry run found, in a plan's words: figures, and the first names. */
function dryRunText(
  { filesCreated, filesChanged, filesDeleted, bytes, sample }: CopyFigures,
  deletes: boolean,
): string {
  const differing = filesCreated + filesChanged + filesDeleted
  if (differing === 0) return 'Nothing differs.\n'
  const deleted = deletes ? `, ${filesDeleted} to delete` : ''
  const lines = [
    `${count(filesCreated, 'file')} to create, ${filesChanged} to change${deleted}; ${formatBytes(bytes)} to copy:`,
    ...sample.map((name) => `  ${name}`),
    ...(differing > sample.length ? [`  and ${differing - sample.length} more`] : []),
    'Nothing was copied.',
  ]
  return `${lines.join('\n')}\n`
}
