import { Command } from 'commander'
import { exitCodes } from '../../core/exit-codes.js'
import { addStackOptions, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel ssh server.web                 a shell there
  evenkeel ssh 'web[0]' -f staging.stack.yaml
  evenkeel ssh web -- -L 8080:localhost:80 -N
                                          what stands behind \`--\` is handed to ssh

The system's OpenSSH is run, with the server's key and its pinned host key. For scp, rsync and editors there is
\`evenkeel ssh-config\`.

Exit status: that of ssh: the command's or the shell's; 255 when ssh itself failed.`

export const sshCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('ssh'))
    .description("open a shell on a server with the system's ssh, with the right key and host key")
    .argument('<server>', 'address of a server: `server.web`, or `web`; or of a volume that is on it')
    .argument('[words...]', 'a command, or options of ssh, behind `--`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (server: string, words: readonly string[], options: StackOptions & { readonly file?: string }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { sshConfigurationOf }, { runSsh }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/ssh-configuration.js'),
        import('../exec/run-ssh.js'),
      ])
      // The session keeps a key that EC2 lets in for this login.
      const status = await withSession(options.file, options, async (session) => {
        const configuration = await sshConfigurationOf(session, server)
        await configuration.admit()
        return runSsh(configuration, words[0] === '--' ? words.slice(1) : words)
      })
      finish(status ?? exitCodes.failure)
    })
