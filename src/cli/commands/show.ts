import { Command } from 'commander'
import { exitCodes } from '../../core/exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

interface ShowOptions extends StackOptions {
  readonly json?: boolean
  readonly hosts: boolean
}

const examples = `
Examples:
  evenkeel show                        servers, volumes and what is mounted where
  evenkeel show --json | jq '.servers[].publicIp'

Exit status: 0, 1 on an error.`

export const showCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('show'))
    .description('show the live stack')
    .argument(fileArgument, fileDescription)
    .option('--json', 'print it as JSON')
    .option('--no-hosts', 'do not look inside the servers')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: ShowOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { showText }, { showJson }] = await Promise.all([
        import('../with-session.js'),
        import('../../report/show/show-text.js'),
        import('../../report/show/show-json.js'),
      ])
      const live = await withSession(file, options, (session) => session.observe({ ...options, forNew: false }))
      process.stdout.write(options.json === true ? showJson(live) : showText(live, { color: useColor(process.stdout) }))
      finish(exitCodes.success)
    })
