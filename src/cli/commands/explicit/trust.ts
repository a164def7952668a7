import { Command } from 'commander'
import { addLockOption, addStackOptions, type LockingOptions, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'
import { legible } from '../../../report/legible.js'

const examples = `
Examples:
  evenkeel trust server.web --fingerprint SHA256:OR3Dp6YZE8sVBYzH3RPpfx2fOTbJyaenyZ7nuyqVsSs
  evenkeel trust 'web[0]' --fingerprint SHA256:… -f staging.stack.yaml

A server's console shows its host keys at its first boot alone. Where an apply did not see them then, learn the fingerprint
in a way that nobody in between can forge: on the EC2 serial console or with Session Manager,
  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub

Exit status: 0 the key is pinned, 1 the server shows another one, or does not answer, 6 locked.`

interface TrustOptions extends StackOptions, LockingOptions {
  readonly file?: string
  readonly fingerprint: string
}

export const trustCommand: CommandDefinition = (finish) =>
  addLockOption(addStackOptions(new Command('trust')))
    .description("pin a server's host key by its fingerprint")
    .argument('<server>', 'address of a server: `server.web`, or `web`')
    .requiredOption('--fingerprint <fingerprint>', 'of its ed25519 or ECDSA key: SHA256:…')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .addHelpText('after', examples)
    .action(async (server: string, options: TrustOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { trustServer }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/trust-server.js'),
      ])
      const { address, hostKey, before } = await withLockedSession(options.file, options, (session) =>
        trustServer(session, server, options.fingerprint),
      )
      const how =
        before === undefined ? 'pinned' : before === hostKey ? 'pinned already' : `pinned in place of ${before}`
      process.stdout.write(legible(`${address}: ${hostKey} is ${how}.\n`))
      finish(0)
    })
