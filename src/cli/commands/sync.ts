import { Command } from 'commander'
import type { CarryOutOptions } from '../carry-out.js'
import { addLockOption, addRunOptions, type LockingOptions, type RunOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel sync library                       plan, ask, and copy what that rule says
  evenkeel sync sync.library -f staging.stack.yaml --yes

Exit status: 0 copied, or nothing to do; 1 failed; 6 locked; 130 interrupted.`

interface SyncOptions extends RunOptions, LockingOptions, CarryOutOptions {
  readonly file?: string
}

export const syncCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('sync')))
    .description('carry out one sync rule now, and nothing else')
    .argument('<rule>', 'address of a sync rule: `sync.library`, or `library`')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .option('--steps', 'list the steps too')
    .option('--verbose', 'list also the first names that change')
    .addHelpText('after', examples)
    .action(async (name: string, options: SyncOptions) => {
      if (!options.color) forbidColor()
      const [{ withLockedSession }, { carryOut }, { planRule }] = await Promise.all([
        import('../with-session.js'),
        import('../carry-out.js'),
        import('../../app/plan-rule.js'),
      ])
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const replan = () => planRule(session, name, options)
        const again = `evenkeel sync ${name} -f ${session.file.path}`
        return carryOut(session, { verb: 'apply', plan: await replan(), replan, again }, options)
      })
      finish(exitCode)
    })
