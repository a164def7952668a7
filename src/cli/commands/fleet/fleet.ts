import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'
import { fleetWorkerCommand } from './fleet-worker.js'
import { fleetServeCommand } from './fleet-serve.js'
import { fleetApplyCommand } from './fleet-apply.js'
import { addFleetOptions, addRoundOptions, type FleetOptions, type RoundCommandOptions } from './fleet-options.js'

const examples = `
Examples:
  evenkeel fleet drift                       what has moved, in all stacks of fleet.yaml
  evenkeel fleet plan --only 'prod/**'       plans of these, saved for \`fleet apply\`
  evenkeel fleet apply                       shows the saved plans, asks once, and carries them out
  evenkeel fleet status                      what was last seen of each stack, without asking EC2
  evenkeel fleet serve                       the same on a page, with buttons

Exit status: of the worst stack, as each of the commands tells.

Documentation: docs/fleet.md`

export const fleetCommand: CommandDefinition = (finish, manifest) => {
  const command = new Command('fleet')
    .description('many stacks as one: plan, drift and apply all that a fleet.yaml names')
    .addHelpText('after', examples)
  for (const define of [
    planCommand,
    driftCommand,
    fleetApplyCommand,
    statusCommand,
    fleetServeCommand,
    fleetWorkerCommand,
  ])
    command.addCommand(define(finish, manifest))
  return command
}

const planExamples = `
Examples:
  evenkeel fleet plan                              a line for each stack, and each plan that changes something
  evenkeel fleet plan --only 'environments/prod/**' --json
  evenkeel fleet plan --detailed-exitcode          exit 2 when something differs
  evenkeel fleet plan --resume                     after an interruption: what is planned is not planned again

Plans that change something are saved on this machine, for \`evenkeel fleet apply\`, but of stacks with \`apply: never\`.

Exit status: 0, 1 when one has failed, 6 and 5 as for one stack; with --detailed-exitcode then 4 when not everything could be
read, and 2 when something differs; 130 interrupted.`

const planCommand: CommandDefinition = (finish) =>
  addRoundOptions(new Command('plan'))
    .description('plan every stack of the fleet, and save the plans; reads, never writes')
    .option('--detailed-exitcode', 'exit 2 when something differs, 4 when not everything could be read')
    .addHelpText('after', planExamples)
    .action(async (options: RoundCommandOptions & { readonly detailedExitcode?: boolean }) => {
      const order = options.detailedExitcode === true ? [exitCodes.unknown, exitCodes.changes] : []
      finish(await looked('plan', options, order))
    })

const driftExamples = `
Examples:
  evenkeel fleet drift                             what has moved since the last apply of each stack
  evenkeel fleet drift --json > drift.json
  evenkeel fleet drift -f ../fleet.yaml --only '**/web.stack.yaml'

Exit status, the first that any stack has: 130 interrupted, 1 an error, 6 and 5 as for one stack, 2 drift, 4 something could not
be read, 3 only pending changes of files, 0 in sync.`

const driftCommand: CommandDefinition = (finish) =>
  addRoundOptions(new Command('drift'))
    .description('compare every stack of the fleet with what was last applied; reads, never writes')
    .addHelpText('after', driftExamples)
    .action(async (options: RoundCommandOptions) => {
      finish(await looked('drift', options, [exitCodes.drift, exitCodes.unknown, exitCodes.pending]))
    })

async function looked(
  kind: 'plan' | 'drift',
  options: RoundCommandOptions,
  exitOrder: readonly number[],
): Promise<number> {
  if (!options.color) forbidColor()
  const [{ withFleet }, { newOrder, resumedOrder, runRound }] = await Promise.all([
    import('./open-fleet.js'),
    import('./run-round.js'),
  ])
  return withFleet(options, (fleet) => {
    const stacks = fleet.stacks.map((stack) => ({ stack }))
    const order = options.resume === true ? resumedOrder(fleet, kind, options) : newOrder(fleet.spec.name, kind, stacks)
    return runRound(fleet, order, options, exitOrder)
  })
}

const statusExamples = `
Examples:
  evenkeel fleet status                            by account and environment, with how long ago that was seen
  evenkeel fleet status --only 'prod/**' --json

EC2 is not asked: it says what the last plan, drift and apply on this machine have seen. Nor are repositories that this machine has
seen before: their stacks are those of the commit that was the newest then. With --queue they are, and it says what workers have seen.

Exit status: 0, 1 on an error, and where a repository could not be fetched.`

const statusCommand: CommandDefinition = (finish) =>
  addFleetOptions(new Command('status'))
    .description('show what was last seen of every stack of the fleet, and when')
    .option('--json', 'print it as JSON')
    .addHelpText('after', statusExamples)
    .action(async (options: FleetOptions) => {
      if (!options.color) forbidColor()
      const [{ shownStacks, withFleet }, { standingsOf }, { fleetStatusJson, fleetStatusText }, { systemClock }] =
        await Promise.all([
          import('./open-fleet.js'),
          import('../../../fleet/reports/standing.js'),
          import('../../../fleet/reports/fleet-status.js'),
          import('../../../core/clock.js'),
        ])
      const { spec, standings, isWhole } = await withFleet(
        options,
        async (fleet) => ({
          spec: fleet.spec,
          standings: await standingsOf(shownStacks(fleet), fleet.store),
          isWhole: fleet.unreachable.length === 0,
        }),
        // What workers have seen may be newer than what this machine has.
        { asLastSeen: options.queue === undefined },
      )
      process.stdout.write(
        options.json === true
          ? fleetStatusJson(spec.name, standings)
          : fleetStatusText(spec.name, standings, systemClock.now(), useColor(process.stdout)),
      )
      finish(isWhole ? exitCodes.success : exitCodes.failure)
    })
