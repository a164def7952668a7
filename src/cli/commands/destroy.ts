import { Command } from 'commander'
import type { CarryOutOptions } from '../carry-out.js'
import {
  addLockOption,
  addRunOptions,
  fileArgument,
  fileDescription,
  type LockingOptions,
  type RunOptions,
} from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel destroy                     plan, ask, and remove what the stack owns
  evenkeel destroy old.stack.yaml --yes

Volumes go by their \`onRemove\`: by default each leaves a snapshot, from which \`reuse: true\` brings its data back.

Exit status: 0 everything is gone, 1 failed or partial, 6 locked, 130 interrupted.`

export const destroyCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('destroy')))
    .description('remove everything that the stack owns, volumes by their `onRemove`')
    .argument(fileArgument, fileDescription)
    .option('--yes', 'do not ask')
    .option('--steps', 'list the steps too')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: RunOptions & LockingOptions & CarryOutOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { planDestroy }, { carryOut }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/plan-stack.js'),
        import('../carry-out.js'),
      ])
      const exitCode = await withLockedSession(file, options, async (session) => {
        const replan = () => planDestroy(session, options)
        return carryOut(session, { verb: 'destroy', plan: await replan(), replan }, options)
      })
      finish(exitCode)
    })
