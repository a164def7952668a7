import { Command } from 'commander'
import type { CarryOutOptions } from '../carry-out.js'
import {
  addLockOption,
  addRunOptions,
  collect,
  onlyWords,
  rebuildWords,
  replaceWords,
  type LockingOptions,
  type RunOptions,
} from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

interface ApplyCommandOptions extends RunOptions, LockingOptions, CarryOutOptions {
  readonly updateImages?: readonly string[]
  readonly checkpoint?: string
  readonly only?: readonly string[]
  readonly replace?: readonly string[]
  readonly rebuild?: readonly string[]
  readonly hosts: boolean
}

const examples = `
Examples:
  evenkeel apply                       plan, ask, and carry it out
  evenkeel apply --yes --json          in CI; one JSON object a line, the last is the result
  evenkeel apply --no-hosts            EC2 alone: what happens inside servers is left out, and told
  evenkeel apply --only server.web     that, with what it needs; the rest is told as left out
  evenkeel apply plan.json --yes       exactly that plan, on any machine; exit 5, and what moved, when it is stale

Ctrl-C starts nothing new and waits for what is in flight; a second one leaves at once. Both are safe: the next apply
goes on from there.

Exit status: 0 converged, 1 failed or partial, 5 the saved plan is stale, 6 locked, 130 interrupted.`

export const applyCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('apply')))
    .description('make the world as the stack file says: plans, asks, carries it out')
    .argument('[file]', 'stack file, or a plan saved by `plan --out`; left out: the one stack file here')
    .option('--yes', 'do not ask')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .option('--no-hosts', 'leave out what happens inside the servers; volumes leave a running one by a stop')
    .option('--steps', 'list the steps too')
    .option('--verbose', 'list also what does not change, more file names, and the steps')
    .option('--update-images <server>', 'replace this server when its image name means a newer image by now', collect)
    .option('--only <address>', onlyWords, collect)
    .option('--replace <address>', replaceWords, collect)
    .option('--rebuild <image>', rebuildWords, collect)
    .option('--checkpoint <name>', 'bring the volumes to this checkpoint; one of another stack is named stack/name')
    .option(
      '--checks <file>',
      'a policy: nothing is done, exit 1, when one of its rules forbids the plan, also a saved one',
    )
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: ApplyCommandOptions) => {
      if (!options.color) forbidColor()
      if (options.checks !== undefined) (await import('../../library/checks.js')).assertReadable(options.checks, file)
      if (file !== undefined && (await import('../../app/saved-plan/plan-file.js')).looksLikePlanFile(file)) {
        const { applySaved } = await import('../apply-saved.js')
        finish(await applySaved(file, options))
        return
      }
      const [{ withLockedSession }, { planAgain, planStack }, { carryOut }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/plan-stack.js'),
        import('../carry-out.js'),
      ])
      const { checkpoint, hosts: enters, only, rebuild, replace, ...plain } = options
      const hosts = enters || 'left-out'
      const exitCode = await withLockedSession(file, plain, async (session) => {
        const plan = await planStack(session, { ...plain, hosts, checkpoint, only, rebuild, replace })
        // Volumes that were brought to a checkpoint are not brought there again; what of it is left, every apply goes on with.
        const replan = () => planAgain(session, plan, { ...plain, hosts })
        return carryOut(session, { verb: 'apply', plan, replan }, plain)
      })
      finish(exitCode)
    })
