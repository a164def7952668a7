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
import type { PlaceWords } from '../../app/stacks/place-words.js'
import { addPlaceOptions, checkNamedOnce, placeWordsOf } from './stacks/place-options.js'

const examples = `
Examples:
  evenkeel destroy                     plan, ask, and remove what the stack owns
  evenkeel destroy old.stack.yaml --yes
  evenkeel destroy --stack old --region us-east-1      its file is lost: what carries its tags goes

Volumes go by their \`onRemove\`: by default each leaves a snapshot, from which \`reuse: true\` brings its data back. Without a file
it is the \`onRemove\` that was last applied.

Exit status: 0 everything is gone, 1 failed or partial, 6 locked, 130 interrupted.`

interface DestroyOptions extends RunOptions, LockingOptions, CarryOutOptions, PlaceWords {
  readonly target?: string
  readonly stack?: string
}

export const destroyCommand: CommandDefinition = (finish) =>
  addPlaceOptions(addLockOption(addRunOptions(new Command('destroy'))))
    .description('remove everything that the stack owns, volumes by their `onRemove`')
    .argument(fileArgument, fileDescription)
    .option('--stack <name>', 'a stack found by its tags, in place of a file')
    .option('--yes', 'do not ask')
    .option('--steps', 'list the steps too')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .option('--checks <file>', 'a policy: nothing is done, exit 1, when one of its rules forbids the plan')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: DestroyOptions) => {
      if (!options.color) forbidColor()
      checkNamedOnce(file, options)
      if (options.checks !== undefined) (await import('../../library/checks.js')).assertReadable(options.checks, file)
      const [{ withLockedSession }, { planDestroy }, { carryOut }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/plan-stack.js'),
        import('../carry-out.js'),
      ])
      const { stack } = options
      const found =
        stack === undefined
          ? undefined
          : await import('../../app/stacks/stack-from-tags.js').then(({ findStack }) =>
              findStack(stack, placeWordsOf(options), options.sandboxDir),
            )
      const exitCode = await withLockedSession(found?.file ?? file, options, async (session) => {
        const replan = () => planDestroy(session, options)
        return carryOut(session, { verb: 'destroy', plan: await replan(), replan }, options)
      })
      finish(exitCode)
    })
