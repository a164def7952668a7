import { Command } from 'commander'
import { legible } from '../../report/legible.js'
import { exitCodes } from '../../core/exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, type StackOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel ssh-config > hosts.conf && ssh -F hosts.conf music-web-0
  rsync -e 'ssh -F hosts.conf' ./site/ music-web-0:/srv/site/

A server is called by its stack and name there, \`music-web-0\`, and by its address. Addresses and host keys are those of now.

Exit status: 0, 1 on an error.`

export const sshConfigCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('ssh-config'))
    .description('print a configuration of OpenSSH for the servers that run, with the right keys and host keys')
    .argument(fileArgument, fileDescription)
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: StackOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { sshConfiguration }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/ssh-configuration.js'),
      ])
      const { text, left } = await withSession(file, options, sshConfiguration)
      process.stdout.write(legible(text))
      for (const { address, reason } of left) process.stderr.write(legible(`${address} is left out: ${reason}\n`))
      finish(exitCodes.success)
    })
