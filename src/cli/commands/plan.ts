import { Command } from 'commander'
import { hasErrors } from '../../model/plan.js'
import { exitCodes } from '../exit-codes.js'
import { addRunOptions, collect, fileArgument, fileDescription, type RunOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

interface PlanCommandOptions extends RunOptions {
  readonly out?: string
  readonly json?: boolean
  readonly markdown?: boolean
  readonly detailedExitcode?: boolean
  readonly hosts: boolean
  readonly verbose?: boolean
  readonly updateImages?: readonly string[]
  readonly checkpoint?: string
}

const examples = `
Examples:
  evenkeel plan                                   for the one stack file here
  evenkeel plan --detailed-exitcode               exit 2 when there is something to do
  evenkeel plan --markdown >> $GITHUB_STEP_SUMMARY
  evenkeel plan --out plan.json && evenkeel apply plan.json
  evenkeel plan --update-images server.web        replace it when its image has a newer version

Exit status: 0, 1 on an error; with --detailed-exitcode 2 when something would change.`

export const planCommand: CommandDefinition = (finish) =>
  addRunOptions(new Command('plan'))
    .description('show what an apply would do; reads, never writes')
    .argument(fileArgument, fileDescription)
    .option('--out <file>', 'also save the plan, for `evenkeel apply <file>`')
    .option('--json', 'print the plan as JSON')
    .option('--markdown', 'print the plan as Markdown, for a pull request')
    .option('--detailed-exitcode', 'exit 2 when something would change')
    .option('--no-hosts', 'do not look inside the servers')
    .option('--verbose', 'list also what does not change, and more file names')
    .option('--update-images <server>', 'replace this server when its image name means a newer image by now', collect)
    .option('--checkpoint <name>', 'bring the volumes to this checkpoint; one of another stack is named stack/name')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: PlanCommandOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { observeAndPlan }, report] = await Promise.all([
        import('../with-session.js'),
        import('../../app/plan-stack.js'),
        import('../plan-report.js'),
      ])
      const { plan, stackFile } = await withSession(file, options, async (session) => {
        const observed = await observeAndPlan(session, options)
        if (options.out !== undefined) {
          const { savePlan } = await import('../../app/saved-plan/save-plan.js')
          await savePlan(options.out, session, observed, options)
        }
        return { plan: observed.plan, stackFile: session.file }
      })
      process.stdout.write(report.renderPlan(plan, options, useColor(process.stdout), stackFile.locate))
      const isEmpty = plan.steps.length === 0
      if (hasErrors(plan)) finish(exitCodes.failure)
      else finish(options.detailedExitcode === true && !isEmpty ? exitCodes.changes : exitCodes.success)
    })
