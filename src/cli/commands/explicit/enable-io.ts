import { Command } from 'commander'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addLockOption, addStackOptions, type LockingOptions, type StackOptions } from '../../options.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel enable-io volume.data          asks, and lets the server use it again
  evenkeel enable-io 'data[0]' -f staging.stack.yaml --yes

Where EC2 finds that a volume's data may be inconsistent, it stops I/O to it, and waits. \`evenkeel status\` tells it. No
apply goes on with such a volume by itself: look first at what a snapshot of before would bring back (\`evenkeel
snapshots\`). After this word, check the filesystem before anything writes to it: fsck, or xfs_repair -n.

Exit status: 0 done, or nothing was to be done; 1 an error, or nobody said yes; 6 locked.`

interface EnableIoOptions extends StackOptions, LockingOptions {
  readonly file?: string
  readonly yes?: boolean
}

export const enableIoCommand: CommandDefinition = (finish) =>
  addLockOption(addStackOptions(new Command('enable-io')))
    .description('let a server use a volume again to which EC2 has stopped I/O')
    .argument('<volume>', 'address of a volume: `volume.data`, or `data[0]`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (volume: string, options: EnableIoOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { enableIo, findImpaired }, { confirmed }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/enable-io.js'),
        import('../../confirm.js'),
      ])
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const found = await findImpaired(session, volume)
        const name = `${found.address} (${found.id})`
        if (found.trouble?.isIoDisabled !== true) {
          process.stdout.write(legible(`${name}: I/O is enabled.\n`))
          return exitCodes.success
        }
        process.stdout.write(legible(`${name}: its data may be inconsistent, and EC2 has stopped I/O to it.\n`))
        if (!(await confirmed('Let servers read and write it as it is?', options))) {
          process.stderr.write('Nothing was done.\n')
          return exitCodes.failure
        }
        await enableIo(session, found)
        process.stdout.write(legible(`${name}: I/O is enabled; check its filesystem before anything writes to it.\n`))
        return exitCodes.success
      })
      finish(exitCode)
    })
