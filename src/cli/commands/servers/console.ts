import { Command } from 'commander'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, type StackOptions } from '../../options.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel console server.web             what it wrote while it booted, also where it cannot be entered
  evenkeel console 'web[0]' --follow      and what it writes from now on, until Ctrl-C

It is the console of this moment where the instance type has that (Nitro), else what EC2 posted last: some minutes after a
boot. EC2 keeps the last 64 KiB. Host keys and what user data prints stand there too, for whoever may read it.

Exit status: 0, also where it is empty; 1 on an error, 130 after Ctrl-C.`

interface ConsoleOptions extends StackOptions {
  readonly file?: string
  readonly follow?: boolean
}

export const consoleCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('console'))
    .description('show what a server wrote to its console')
    .argument('<server>', 'address of a server: `server.web`, or `web`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--follow', 'go on with what it writes, until Ctrl-C')
    .addHelpText('after', examples)
    .action(async (server: string, options: ConsoleOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { followConsole, readConsole }, { consoleText, newConsoleLines }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/servers/read-servers.js'),
        import('./console-text.js'),
      ])
      await withSession(options.file, options, async (session) => {
        const shown = await readConsole(session, server)
        const { address, id, at, isLatest, text } = shown
        const when = at === undefined ? '' : isLatest ? ` at ${at}` : `, as EC2 posted it at ${at}`
        process.stderr.write(
          legible(`The console of ${address} (${id})${when}${text.trim() === '' ? ' is empty' : ''}.\n`),
        )
        const written = consoleText(text)
        process.stdout.write(written === '' || written.endsWith('\n') ? written : `${written}\n`)
        if (options.follow !== true) return
        let seen = text
        await followConsole(session, shown, (now) => {
          const lines = newConsoleLines(seen, now)
          if (lines === '') return
          process.stdout.write(consoleText(lines))
          seen = now.slice(0, now.lastIndexOf('\n') + 1)
        })
      })
      finish(exitCodes.success)
    })
