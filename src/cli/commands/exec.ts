import { Command } from 'commander'
import { addStackOptions, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel exec server.web -- findmnt -J
  evenkeel exec 'web[0]' -- sh -c 'sudo tail -f /var/log/syslog'
  evenkeel exec -f staging.stack.yaml web -- uptime

Exit status: the command's; 1 when the server cannot be reached.`

export const execCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('exec'))
    .description('run a command on a server, with its output and exit status passed through')
    .argument('<server>', 'address of a server: `server.web`, or `web`')
    .argument('<command...>', 'the command and its arguments, behind `--`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (server: string, words: readonly string[], options: StackOptions & { readonly file?: string }) => {
      if (!options.color) forbidColor()
      // Options stop at the server's name, so the separator itself comes through.
      const argv = words[0] === '--' ? words.slice(1) : words
      const [{ withSession }, { runOnServer }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/run-on-server.js'),
      ])
      const { stdin, stdout, stderr } = process
      const streams = { stdin, stdout, stderr }
      finish(await withSession(options.file, options, (session) => runOnServer(session, server, argv, streams)))
    })
