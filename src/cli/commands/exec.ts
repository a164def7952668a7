import { Command } from 'commander'
import type { Session } from '../../app/session.js'
import { UsageError } from '../../core/errors.js'
import { addStackOptions, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel exec server.web -- findmnt -J
  evenkeel exec web -- 'df -h | head -3'   one word with blanks is a line for the shell there
  evenkeel exec -f staging.stack.yaml 'web[0]' -- uptime
  evenkeel exec web -- bash                on a terminal: a terminal there too
  evenkeel exec volume.music -- du -sh .   on the server that the volume is on, in the directory where it is mounted
  evenkeel exec 'web[*]' boot -- uptime    on several at once: each line behind the server's name
  evenkeel exec 'server.*' -- sh -s < script.sh

Several servers are named by patterns (\`web[*]\`, \`web[0..3]\`, \`server.*\`), or one by one before \`--\`. They have no terminal;
what comes in by a pipe or from a file goes to each of them. One that cannot be entered keeps no other back.

Ctrl-C ends the command on the server; its exit status is waited for, a second one leaves at once. Without a terminal the
command ends also when evenkeel is killed or loses the connection, with all that it has started: by SIGHUP, then SIGTERM, then
SIGKILL. On a terminal it gets SIGHUP, as from any terminal that is closed.

Exit status: the command's, or 128 and the signal that ended it; 1 when the server cannot be entered; of several the highest.`

export const execCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('exec'))
    .description('run a command on servers, with its output and exit status passed through')
    .argument(
      '<server>',
      'address of a server: `server.web`, or `web`; of a volume that is on it; a pattern; or several',
    )
    .argument('<command...>', 'the command and its arguments, behind `--`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (server: string, words: readonly string[], options: StackOptions & { readonly file?: string }) => {
      if (!options.color) forbidColor()
      const { names, argv } = namesAndCommand(server, words)
      const [{ withSession }, { meansMany, runOnServer }, { runOnMany }, { withExecStreams }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/servers/run-on-servers.js'),
        import('../exec/run-on-many.js'),
        import('../exec/exec-streams.js'),
      ])
      const run = (session: Session) =>
        meansMany(names)
          ? runOnMany(session, names, argv)
          : withExecStreams((streams) => runOnServer(session, server, argv, streams))
      finish(await withSession(options.file, options, run))
    })

/** Options stop at the first server's name, so the separator itself comes through. Without one, one server is named. */
function namesAndCommand(
  server: string,
  words: readonly string[],
): { readonly names: readonly string[]; readonly argv: readonly string[] } {
  const separator = words.indexOf('--')
  const names = [server, ...words.slice(0, Math.max(0, separator))]
  const argv = words.slice(separator + 1)
  const option = names.find((name) => name.startsWith('-'))
  if (option !== undefined) {
    throw new UsageError('USAGE', `${option} is no server`, { hint: 'options stand before the first server' })
  }
  if (argv.length === 0) {
    throw new UsageError('USAGE', 'there is no command behind `--`', {
      hint: `a shell is \`evenkeel ssh ${server}\``,
    })
  }
  const [line = ''] = argv
  return { names, argv: argv.length === 1 && /[\s|&;<>$]/.test(line) ? ['sh', '-c', line] : argv }
}
