import { Command } from 'commander'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, type StackOptions } from '../../options.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel status                        every server: its state, EC2's checks and events, load, memory, disks
  evenkeel status --no-hosts             what EC2 says alone
  evenkeel status 'web[*]' -f staging.stack.yaml
  evenkeel status scalingGroup.pool      the members of a scaling group
  evenkeel status --json | jq '.servers[] | select(.events != [])'

The checks are EC2's: of the machine that the instance runs on, of the instance itself, and of its volumes. They say nothing
for some minutes after a start. Load, memory and disks are read inside the servers, all at once; one that does not answer
is a line with its reason. Members of scaling groups are entered by nobody.

Exit status: 0, whatever the checks say; 1 on an error.`

interface StatusOptions extends StackOptions {
  readonly file?: string
  readonly json?: boolean
  readonly hosts: boolean
}

export const statusCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('status'))
    .description('show how servers and members of scaling groups fare: state, checks, events, load, disks')
    .argument('[servers...]', "addresses or patterns: `server.web`, `'web[*]'`, `scalingGroup.pool`; left out: all")
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--no-hosts', 'do not look inside the servers')
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
        const seen = await readServers(session, patterns, { hosts: options.hosts })
        return options.json === true ? statusJson(stack, seen) : statusText(stack, seen, useColor(process.stdout))
      })
      process.stdout.write(text)
      finish(exitCodes.success)
    })
