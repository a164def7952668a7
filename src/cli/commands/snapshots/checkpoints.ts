import { Command } from 'commander'
import { systemClock } from '../../../core/clock.js'
import type { CarryOutOptions } from '../../carry-out.js'
import { exitCodes } from '../../../core/exit-codes.js'
import {
  addLockOption,
  addRunOptions,
  addStackOptions,
  fileArgument,
  fileDescription,
  type LockingOptions,
  type RunOptions,
  type StackOptions,
} from '../../options.js'
import { copyCheckpointCommand } from './copy-checkpoint.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel checkpoints                 name, age, volumes and revision of each, oldest first
  evenkeel checkpoints --json
  evenkeel checkpoints copy before-upgrade --to-region eu-west-1
  evenkeel checkpoints delete before-upgrade

Exit status: 0, 1 on an error.`

export const checkpointsCommand: CommandDefinition = (finish, manifest) => {
  const command = addStackOptions(new Command('checkpoints'))
    .description("list the stack's checkpoints")
    .argument(fileArgument, fileDescription)
    .option('--json', 'print them as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: StackOptions & { readonly json?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { checkpointsJson, checkpointsText }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../report/tables/checkpoints-text.js'),
      ])
      const live = await withSession(file, options, (session) => session.observe({ hosts: false, forNew: false }))
      const now = systemClock.now()
      const text = options.json === true ? checkpointsJson(live) : checkpointsText(live, now, useColor(process.stdout))
      process.stdout.write(text)
      finish(exitCodes.success)
    })
  command.addCommand(copyCheckpointCommand(finish, manifest))
  command.addCommand(deleteCommand(finish, manifest))
  return command
}

const deleteExamples = `
Examples:
  evenkeel checkpoints delete before-upgrade
  evenkeel checkpoints delete before-upgrade -f staging.stack.yaml --yes

All snapshots of the set go, or, where something still needs one of them, none.

Exit status: 0 deleted, 1 failed or refused, 6 locked, 130 interrupted.`

const deleteCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('delete')))
    .description('delete a checkpoint with its snapshots, by an explicit word')
    .argument('<name>', 'name of the checkpoint')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .addHelpText('after', deleteExamples)
    .action(
      async (name: string, options: RunOptions & LockingOptions & CarryOutOptions & { readonly file?: string }) => {
        if (!options.color) forbidColor()
        const [{ withLockedSession }, { planCheckpointDeletion }, { carryOut }] = await Promise.all([
          import('../../with-session.js'),
          import('../../../app/plan-snapshots.js'),
          import('../../carry-out.js'),
        ])
        const exitCode = await withLockedSession(options.file, options, async (session) => {
          const replan = () => planCheckpointDeletion(session, name, options)
          const again = `evenkeel checkpoints delete ${name} -f ${session.file.path}`
          return carryOut(session, { verb: 'apply', plan: await replan(), replan, again }, options)
        })
        finish(exitCode)
      },
    )
