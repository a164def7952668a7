import { Command } from 'commander'
import { systemClock } from '../../core/clock.js'
import { exitCodes } from '../exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel checkpoints                 name, age, volumes and revision of each, oldest first
  evenkeel checkpoints --json

Exit status: 0, 1 on an error.`

export const checkpointsCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('checkpoints'))
    .description("list the stack's checkpoints")
    .argument(fileArgument, fileDescription)
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: StackOptions & { readonly json?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { checkpointsJson, checkpointsText }] = await Promise.all([
        import('../with-session.js'),
        import('../../report/tables/checkpoints-text.js'),
      ])
      const live = await withSession(file, options, (session) => session.observe({ hosts: false, forNew: false }))
      const now = systemClock.now()
      const text = options.json === true ? checkpointsJson(live) : checkpointsText(live, now, useColor(process.stdout))
      process.stdout.write(text)
      finish(exitCodes.success)
    })
