import { Command, InvalidArgumentError } from 'commander'
import { UsageError } from '../../../core/errors.js'
import type { CarryOutOptions } from '../../carry-out.js'
import { momentIn } from './moment.js'
import { addLockOption, addRunOptions, type LockingOptions, type RunOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel restore volume.music --version 3           plan, ask, and swap the volume in place
  evenkeel restore volume.music --at 2026-11-20T03:00   as it was then, by this machine's clock
  evenkeel restore volume.music --at 2026-11-20T02:00Z  the same, in UTC
  evenkeel restore music --version latest -f staging.stack.yaml --yes

The present volume is unmounted and leaves a snapshot first; then one that is made from the version takes its place, and
it goes, unless its \`onRemove\` is \`retain\`. Whatever else the file asks for stands in the plan too. Cut off anywhere, the
next \`evenkeel apply\` goes on with it, until it is done or \`evenkeel withdraw\` takes it back.

Exit status: 0 converged, 1 failed or partial, 6 locked, 130 interrupted.`

interface RestoreOptions extends RunOptions, LockingOptions, CarryOutOptions {
  readonly file?: string
  readonly version?: number | 'latest'
  readonly at?: string
}

export const restoreCommand: CommandDefinition = (finish) =>
  addLockOption(addRunOptions(new Command('restore')))
    .description('bring a volume back to one of its snapshots, in place on its server')
    .argument('<volume>', 'address of a volume: `volume.music`, or `music`')
    .option('--version <number>', 'which one, as `evenkeel snapshots` lists them; or `latest`', versionNumber)
    .option(
      '--at <time>',
      'the newest that is not later, e.g. `2026-11-20T03:00`; local time where it has no offset',
      (text) => momentIn(text).toISOString(),
    )
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--yes', 'do not ask')
    .option('--json', 'print what happens as JSON lines; needs --yes')
    .option('--steps', 'list the steps too')
    .option('--verbose', 'list also what does not change, more file names, and the steps')
    .addHelpText('after', examples)
    .action(async (name: string, options: RestoreOptions) => {
      if (!options.color) forbidColor()
      const { at } = options
      const version = options.version ?? (at === undefined ? undefined : { at })
      if (version === undefined || (options.version !== undefined && at !== undefined)) {
        throw new UsageError('USAGE', 'a restore is asked for by `--version` or by `--at`, one of them', {
          hint: '`evenkeel snapshots` lists the versions, and when they were taken',
        })
      }
      const [{ withLockedSession }, { planStack }, { planRestore }, { carryOut }] = await Promise.all([
        import('../../with-session.js'),
        import('../../../app/plan-stack.js'),
        import('../../../app/plan-snapshots.js'),
        import('../../carry-out.js'),
      ])
      const exitCode = await withLockedSession(options.file, options, async (session) => {
        const plan = await planRestore(session, { volume: name, version }, options)
        // A volume that was restored is not restored again: what is left to do is what a plain apply does.
        const replan = () => planStack(session, { ...options, hosts: true })
        return carryOut(session, { verb: 'apply', plan, replan }, options)
      })
      finish(exitCode)
    })

function versionNumber(text: string): number | 'latest' {
  if (text === 'latest') return text
  const version = Number(text)
  if (!Number.isInteger(version) || version < 1)
    throw new InvalidArgumentError('It is a whole number from 1, or latest.')
  return version
}
