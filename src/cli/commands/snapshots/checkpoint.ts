import { Command } from 'commander'
import type { CopyChoice } from '../../../app/plan-snapshots.js'
import type { CarryOutOptions } from '../../carry-out.js'
import {
  addLockOption,
  addRunOptions,
  fileArgument,
  fileDescription,
  type LockingOptions,
  type RunOptions,
} from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'
import { collectRegion } from '../region-option.js'
import { copyWords } from './copy-checkpoint.js'

const examples = `
Examples:
  evenkeel checkpoint before-upgrade                  snapshots of all volumes, as one set
  evenkeel checkpoint nightly --to-region eu-west-1   and a copy of each there
  evenkeel apply --checkpoint before-upgrade          the volumes as they were then
  evenkeel apply copy.stack.yaml --checkpoint staging/before-upgrade

All filesystems of a server are frozen together until EC2 has answered for each. A set that failed is never applied;
taking it again under the same name clears what is left of it.

Exit status: 0 every snapshot is completed, 1 failed, 6 locked, 130 interrupted.`

interface CheckpointOptions extends RunOptions, LockingOptions, CarryOutOptions, CopyChoice {}

export const checkpointCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('checkpoint')))
    .description("take snapshots of all the stack's volumes as one set, under a name")
    .argument('<name>', 'name of the checkpoint')
    .argument(fileArgument, fileDescription)
    .option('--to-region <region>', 'copy it to that region as well; can be repeated', collectRegion)
    .option('--encrypt', 'encrypt the copies, also of what is not encrypted')
    .option('--kms-key <key>', 'KMS key of that region (id, ARN or alias) that encrypts them')
    .option('--yes', 'do not ask')
    .option('--steps', 'list the steps too')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .addHelpText('after', examples)
    .action(async (text: string, file: string | undefined, options: CheckpointOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { planCheckpoint }, { carryOut }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/plan-snapshots.js'),
        import('../../carry-out.js'),
      ])
      const exitCode = await withLockedSession(file, options, async (session) => {
        const replan = () => planCheckpoint(session, text, options)
        const again = `evenkeel checkpoint ${text} ${session.file.path}${copyWords(options)}`
        return carryOut(session, { verb: 'apply', plan: await replan(), replan, again }, options)
      })
      finish(exitCode)
    })
