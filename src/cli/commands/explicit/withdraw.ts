import { Command } from 'commander'
import { addLockOption, addStackOptions, type LockingOptions, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { forbidColor } from '../../terminal.js'
import { legible } from '../../../report/legible.js'

const examples = `
Examples:
  evenkeel withdraw volume.music                      a restore that was cut off is not gone on with
  evenkeel withdraw sync.site -f staging.stack.yaml   a health check that never passed is not asked for again

What \`restore\`, \`apply --checkpoint\`, or the copy of a rule with \`onChange\` or \`health\` has begun is gone on with by every
apply until it is done. This takes it back, and changes nothing else; the next apply goes by the file alone. Once a volume
gave up its place for another it is too late.

Exit status: 0 withdrawn, 1 there was nothing, or it was too late, 6 locked.`

interface WithdrawOptions extends StackOptions, LockingOptions {
  readonly file?: string
  readonly yes?: boolean
}

export const withdrawCommand: CommandDefinition = (finish) =>
  addLockOption(addStackOptions(new Command('withdraw')))
    .description('take back a restore, a command or a health check that was begun and is not done')
    .argument('<address>', 'whose: `volume.music`, `sync.site`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (name: string, options: WithdrawOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { withdrawalOf }, { confirmed }, { wishText }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/withdraw-wish.js'),
        import('../../confirm.js'),
        import('../../../report/wish-text.js'),
      ])
      const isDone = await withLockedSession(options.file, options, async (session) => {
        const { wishes, left, carryOut } = await withdrawalOf(session, name)
        process.stdout.write(wishes.map((wish) => `${wishText(wish)}\n`).join(''))
        if (left.length > 0) {
          process.stdout.write(`Still to be brought to the same checkpoint: ${legible(left.join(', '))}.\n`)
        }
        if (!(await confirmed('Withdraw this?', options))) return false
        await carryOut()
        process.stdout.write('Withdrawn. The next `evenkeel apply` goes by the file alone.\n')
        return true
      })
      if (!isDone) process.stderr.write('Nothing was done.\n')
      finish(isDone ? exitCodes.success : exitCodes.failure)
    })
