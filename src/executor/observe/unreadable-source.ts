import { EvenkeelError, messageOf } from '../../core/errors.js'

/** What is known of files that could not be read: why, and whether they are to come from this machine and are not there. */
export function unreadableSource(
  error: unknown,
  isHere: boolean,
): { readonly kind: 'unreadable'; readonly reason: string; readonly isMissing?: true } {
  const isMissing = isHere && error instanceof EvenkeelError && error.code === 'SYNC_SOURCE_MISSING'
  return { kind: 'unreadable', reason: messageOf(error), ...(isMissing && { isMissing }) }
}
