import { Command } from 'commander'
import { UsageError } from '../../core/errors.js'
import { addStackOptions, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel exec server.web -- findmnt -J
  evenkeel exec 'web[0]' -- sh -c 'sudo tail -f /var/log/syslog'
  evenkeel exec -f staging.stack.yaml web -- uptime
  evenkeel exec web -- bash            on a terminal: a terminal there too
  evenkeel exec volume.music -- df -h  on the server that the volume is on

Ctrl-C ends the command on the server; its exit status is waited for, a second one leaves at once.

Exit status: the command's; 1 when the server cannot be reached.`

export const execCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('exec'))
    .description('run a command on a server, with its output and exit status passed through')
    .argument('<server>', 'address of a server: `server.web`, or `web`; or of a volume that is on it')
    .argument('<command...>', 'the command and its arguments, behind `--`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (server: string, words: readonly string[], options: StackOptions & { readonly file?: string }) => {
      if (!options.color) forbidColor()
      // Options stop at the server's name, so the separator itself comes through.
      const argv = words[0] === '--' ? words.slice(1) : words
      if (argv.length === 0) {
        throw new UsageError('USAGE', 'there is no command behind `--`', {
          hint: `a shell is \`evenkeel ssh ${server}\``,
        })
      }
      const [{ withSession }, { runOnServer }, { withExecStreams }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/run-on-server.js'),
        import('../exec-streams.js'),
      ])
      const exitCode = await withSession(options.file, options, (session) =>
        withExecStreams((streams) => runOnServer(session, server, argv, streams)),
      )
      const [word = ''] = argv
      if (exitCode === 127 && argv.length === 1 && /\s/.test(word)) {
        process.stderr.write(
          `evenkeel: all of that was taken for the name of one program; for a shell's line write: -- sh -c '…', or leave the quotes out\n`,
        )
      }
      finish(exitCode)
    })
