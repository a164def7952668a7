import { Command } from 'commander'
import type { CopyChoice } from '../../../app/plan-snapshots.js'
import type { CarryOutOptions } from '../../carry-out.js'
import { addLockOption, addRunOptions, type LockingOptions, type RunOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'
import { collectRegion } from '../region-option.js'

const examples = `
Examples:
  evenkeel checkpoints copy before-upgrade --to-region eu-west-1
  evenkeel checkpoints copy nightly --to-region eu-west-1 --kms-key alias/backup -f staging.stack.yaml --yes

What is there already stays, and what is on its way is taken up: cut off, it is asked for again with the same words.

Exit status: 0 all of it is there, 1 failed or refused, 6 locked, 130 interrupted.`

interface CopyOptions extends RunOptions, LockingOptions, CarryOutOptions, CopyChoice {
  readonly file?: string
}

export const copyCheckpointCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('copy')))
    .description('copy a checkpoint with its snapshots to another region')
    .argument('<name>', 'name of the checkpoint')
    .requiredOption('--to-region <region>', 'where to; can be repeated', collectRegion)
    .option('--encrypt', 'encrypt the copies, also of what is not encrypted')
    .option('--kms-key <key>', 'KMS key of that region (id, ARN or alias) that encrypts them')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .addHelpText('after', examples)
    .action(async (name: string, options: CopyOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { planCheckpointCopy }, { carryOut }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/plan-snapshots.js'),
        import('../../carry-out.js'),
      ])
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const replan = () => planCheckpointCopy(session, name, options)
        const again = `evenkeel checkpoints copy ${name} -f ${session.file.path}${copyWords(options)}`
        return carryOut(session, { verb: 'apply', plan: await replan(), replan, again }, options)
      })
      finish(exitCode)
    })

/** The options again, for a line that can be typed. */
export function copyWords({ toRegion = [], encrypt, kmsKey }: CopyChoice): string {
  const words = [
    ...toRegion.map((region) => `--to-region ${region}`),
    ...(encrypt === true ? ['--encrypt'] : []),
    ...(kmsKey === undefined ? [] : [`--kms-key ${kmsKey}`]),
  ]
  return words.map((word) => ` ${word}`).join('')
}
