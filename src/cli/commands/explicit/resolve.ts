import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import { addLockOption, addStackOptions, type LockingOptions, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'
import { legible } from '../../../report/legible.js'

interface ResolveOptions extends StackOptions, LockingOptions {
  readonly file?: string
  readonly keep: string
  readonly yes?: boolean
}

const examples = `
Examples:
  evenkeel resolve server.web --keep i-0a1b2c3d4e5f60718
  evenkeel resolve volume.music --keep vol-0a1b2c3d4e5f60718 -f staging.stack.yaml --yes

Where two live resources carry one address, nothing of it is planned. The plan shows both, with their ages and what hangs on
them. This takes evenkeel's tags off the others; they stay as they are, and are no longer of the stack.

Exit status: 0 settled, 1 nothing was done, or not all of it, 6 locked.`

export const resolveCommand: CommandDefinition = (finish) =>
  addLockOption(addStackOptions(new Command('resolve')))
    .description('settle which of two live resources with one address is meant; deletes nothing')
    .argument('<address>', 'what both carry, e.g. `server.web[0]`')
    .requiredOption('--keep <id>', 'the id of the one that is meant')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (address: string, options: ResolveOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { findResolution, carryOutResolution }, { resolutionText }, { confirmed }] =
        await Promise.all([
          import('../../with-session.js'),
          import('../../../app/resolve-conflict.js'),
          import('../../../report/resolution-text.js'),
          import('../../confirm.js'),
        ])
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const resolution = await findResolution(session, address, options.keep)
        process.stdout.write(resolutionText(resolution))
        if (!(await confirmed("Take evenkeel's tags off what leaves the stack?", options))) {
          process.stderr.write('Nothing was done.\n')
          return exitCodes.failure
        }
        await carryOutResolution(session, resolution)
        process.stdout.write(legible(`${resolution.address} is ${resolution.keeps.id} alone now.\n`))
        return exitCodes.success
      })
      finish(exitCode)
    })
