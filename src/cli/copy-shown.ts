import { copyByHand, type HandCopy } from '../app/copy-by-hand.js'
import type { Session } from '../app/session.js'
import { count, formatBytes } from '../core/units.js'
import { activityLine } from './terminal.js'

/** Copies by hand, with what is sent on the terminal, and tells the figures. Shared by put and get. */
export async function copyShown(session: Session, copy: HandCopy): Promise<void> {
  const activity = activityLine()
  const figures = await copyByHand(session, copy, (bytes) => activity.say(`copying, ${formatBytes(bytes)}`)).finally(
    activity.clear,
  )
  const { filesCreated, filesChanged, filesDeleted, bytes } = figures
  const deleted = copy.delete ? `, ${filesDeleted} deleted` : ''
  process.stdout.write(
    `${count(filesCreated, 'file')} created, ${filesChanged} changed${deleted}; ${formatBytes(bytes)} copied.\n`,
  )
}
