import { Command } from 'commander'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../exit-codes.js'
import { addStackOptions, type StackOptions } from '../../options.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel status                        every server: its state, since when, EC2's checks and what it has scheduled
  evenkeel status 'web[*]' -f staging.stack.yaml
  evenkeel status --json | jq '.servers[] | select(.events != [])'

The checks are EC2's: of the machine that the instance runs on, of the instance itself, and of its volumes. They say nothing
for some minutes after a start.

Exit status: 0, whatever the checks say; 1 on an error.`

interface StatusOptions extends StackOptions {
  readonly file?: string
  readonly json?: boolean
}

export const statusCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('status'))
    .description('show what EC2 says of servers: state, checks, scheduled events')
    .argument('[servers...]', "addresses or patterns: `server.web`, `'web[*]'`; left out: all")
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples)
    .action(async (patterns: readonly string[], options: StatusOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { readServers }, { statusJson, statusText }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/servers/read-servers.js'),
        import('../../../report/servers/status-text.js'),
      ])
      const text = await withSession(options.file, options, async (session) => {
        const { stack } = session.spec
        const seen = await readServers(session, patterns)
        return options.json === true ? statusJson(stack, seen) : statusText(stack, seen, useColor(process.stdout))
      })
      process.stdout.write(text)
      finish(exitCodes.success)
    })
