import { UsageError } from '../core/errors.js'
import { askForYes } from './terminal.js'

/** Whether to go on: `--yes`, or a yes on the terminal. Throws a UsageError where there is nobody to ask. */
export async function confirmed(
  question: string,
  options: { readonly yes?: boolean; readonly json?: boolean },
): Promise<boolean> {
  if (options.yes === true) return true
  if (options.json === true || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(
      'NOT_CONFIRMED',
      'nothing was done: the plan above waits for a yes, and there is no terminal to ask on',
      {
        hint: 'run it again with --yes',
      },
    )
  }
  return askForYes(question)
}
