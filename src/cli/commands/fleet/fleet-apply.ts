import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'
import { addRoundOptions, type RoundCommandOptions } from './fleet-options.js'

const examples = `
Examples:
  evenkeel fleet plan && evenkeel fleet apply      read the plans, and say yes once to all
  evenkeel fleet apply --only 'prod/**' --yes      in CI, after somebody has read them
  evenkeel fleet apply --resume                    after an interruption: what has ended is not done again

Exactly the saved plans are carried out, each as the run that it was made for: whoever goes on after a kill makes nothing twice.
The question says how much of them is data loss, as that of \`evenkeel apply\` does. One that something has moved under is refused,
and nothing of it is done. A stack with \`apply: at-once\` needs no saved plan, one with \`apply: never\` is passed over.

Ctrl-C begins no further stack and waits for those under way; a second one leaves at once. Both are safe.

Exit status, the first that any stack has: 130 interrupted, 1 failed or partial, 6 locked, 5 its plan is stale, 0 converged.`

interface ApplyOptions extends RoundCommandOptions {
  readonly yes?: boolean
}

export const fleetApplyCommand: CommandDefinition = (finish) =>
  addRoundOptions(new Command('apply'))
    .description('carry out the plans that `fleet plan` has saved: shows them, asks once')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (options: ApplyOptions) => {
      if (!options.color) forbidColor()
      finish(await appliedFleet(options))
    })

async function appliedFleet(options: ApplyOptions): Promise<number> {
  const [
    { withFleet },
    { newOrder, resumedOrder, runRound },
    { applicableOf, applicableText, plansOfNobody },
    { confirmed },
  ] = await Promise.all([
    import('./open-fleet.js'),
    import('./run-round.js'),
    import('./saved-plans.js'),
    import('../../confirm.js'),
  ])
  return withFleet(options, async (fleet) => {
    // Whoever began it has said yes to it.
    if (options.resume === true) return runRound(fleet, resumedOrder(fleet, 'apply', options), options, [])
    const applicable = await applicableOf(fleet, options.only !== undefined)
    if (options.only === undefined) process.stderr.write(await plansOfNobody(fleet))
    const out = options.json === true ? process.stderr : process.stdout
    if (applicable.length > 0) {
      const { text, question } = applicableText(fleet, applicable, useColor(out))
      out.write(text)
      if (!(await confirmed(question, options))) {
        process.stderr.write('Nothing was done.\n')
        return exitCodes.failure
      }
      out.write('\n')
    } else {
      process.stderr.write(
        'Nothing to apply: no plan is saved that was not carried out. `evenkeel fleet plan` makes them.\n',
      )
      if (options.json !== true && fleet.unreachable.length === 0) return exitCodes.success
    }
    return runRound(fleet, newOrder(fleet.spec.name, 'apply', applicable), options, [])
  })
}
