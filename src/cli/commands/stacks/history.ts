import { Command } from 'commander'
import { systemClock } from '../../../core/clock.js'
import type { PlaceWords } from '../../../app/stacks/place-words.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'
import { addPlaceOptions, checkNamedOnce, placeWordsOf } from './place-options.js'

const examples = `
Examples:
  evenkeel history                                      of the one stack file here
  evenkeel history --stack music --region us-east-1     without its file
  evenkeel history --json

Who changed the stack, when, from which revision and how much, as EC2 remembers it: the last fifty runs or so. It goes with the
stack: a destroy leaves nothing.

Exit status: 0, 1 on an error.`

interface HistoryOptions extends StackOptions, PlaceWords {
  readonly target?: string
  readonly stack?: string
  readonly json?: boolean
}

export const historyCommand: CommandDefinition = (finish) =>
  addPlaceOptions(
    addStackOptions(new Command('history'))
      .description('list the runs that have changed a stack, newest first')
      .argument(fileArgument, fileDescription)
      .option('--stack <name>', 'a stack found by its tags, in place of a file'),
  )
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: HistoryOptions) => {
      if (!options.color) forbidColor()
      checkNamedOnce(file, options)
      const [{ historyOfName, historyOfStack }, { withSession }, { historyJson, historyText }] = await Promise.all([
        import('../../../app/stacks/history.js'),
        import('../../with-session.js'),
        import('../../../report/stacks/history-text.js'),
      ])
      const { stack } = options
      const history =
        stack === undefined
          ? await withSession(file, options, ({ ports, spec }) => historyOfStack(ports.cloud, spec.stack))
          : await historyOfName(stack, placeWordsOf(options), options.sandboxDir)
      const shown = { nowMs: systemClock.now(), color: useColor(process.stdout) }
      process.stdout.write(options.json === true ? historyJson(history) : historyText(history, shown))
      finish(exitCodes.success)
    })
