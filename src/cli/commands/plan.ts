import { Command } from 'commander'
import { isDenied } from '../../model/checks/check-result.js'
import { verdictOf } from '../../model/plan-verdict.js'
import { exitCodes } from '../../core/exit-codes.js'
import { UsageError } from '../../core/errors.js'
import { placeOfHeading, placeText } from '../../report/plan/plan-heading.js'
import { summaryWords } from '../../report/plan/plan-json.js'
import type { StackReport } from '../many/many-stacks.js'
import {
  addRunOptions,
  collect,
  filesArgument,
  filesDescription,
  onlyWords,
  rebuildWords,
  replaceWords,
  type RunOptions,
} from '../options.js'
import { addFormatOptions, formatOf, type ReportFormatOptions } from '../formats/report-format.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

interface PlanCommandOptions extends RunOptions, ReportFormatOptions {
  readonly out?: string
  readonly detailedExitcode?: boolean
  readonly hosts: boolean
  readonly verbose?: boolean
  readonly steps?: boolean
  readonly updateImages?: readonly string[]
  readonly checkpoint?: string
  readonly only?: readonly string[]
  readonly replace?: readonly string[]
  readonly rebuild?: readonly string[]
  readonly checks?: string
}

const examples = `
Examples:
  evenkeel plan                                   for the one stack file here
  evenkeel plan --detailed-exitcode               exit 2 when something differs
  evenkeel plan --markdown >> $GITHUB_STEP_SUMMARY  a comment of at most 60,000 characters
  evenkeel plan --format sarif > plan.sarif       for code scanning; junit for test reports
  evenkeel plan --out plan.json && evenkeel apply plan.json
  evenkeel plan --checks ../policies/production.yaml   exit 1, with the rule's words, when one forbids it
  evenkeel plan stacks/ --detailed-exitcode       every stack file of a folder, side by side
  evenkeel plan --update-images server.web        replace it when its image has a newer version
  evenkeel plan --rebuild image.golden            another version of it, whatever it is made of
  evenkeel plan --only 'server.web[*]'            these alone, with what they need
  evenkeel plan --replace server.web              another server takes its place, and its volumes move over

Exit status: 0, 1 on an error; with --detailed-exitcode 4 when not everything could be read, else 2 when something
differs, also where no apply can change it. Of several stacks the first of these that any has: 1, 6, 4, 2.`

const detailedExitCodes = {
  unknown: exitCodes.unknown,
  changes: exitCodes.changes,
  nothing: exitCodes.success,
} as const

export const planCommand: CommandDefinition = (finish) =>
  addFormatOptions(addRunOptions(new Command('plan')), ['text', 'json', 'markdown', 'junit', 'sarif'], 'the plan')
    .description('show what an apply would do; reads, never writes')
    .argument(filesArgument, filesDescription)
    .option('--out <file>', 'also save the plan, for `evenkeel apply <file>`')
    .option('--detailed-exitcode', 'exit 2 when something differs, 4 when not everything could be read')
    .option('--no-hosts', 'do not look inside the servers')
    .option('--steps', 'list the steps too')
    .option('--verbose', 'list also what does not change, more file names, and the steps')
    .option('--update-images <server>', 'replace this server when its image name means a newer image by now', collect)
    .option('--only <address>', onlyWords, collect)
    .option('--replace <address>', replaceWords, collect)
    .option('--rebuild <image>', rebuildWords, collect)
    .option('--checkpoint <name>', 'bring the volumes to this checkpoint; one of another stack is named stack/name')
    .option(
      '--checks <file>',
      'a policy: exit 1 when one of its rules forbids the plan; it is printed all the same, and not saved',
    )
    .addHelpText('after', examples)
    .action(async (words: readonly string[], options: PlanCommandOptions) => {
      if (!options.color) forbidColor()
      const format = formatOf(options)
      const { meantStacks } = await import('../../app/stacks/stack-files.js')
      const meant = meantStacks(words)
      if (meant.kind === 'one') {
        const { text, exitCode } = await reportOfPlan(meant.file, options)
        process.stdout.write(text)
        finish(exitCode)
        return
      }
      for (const name of ['out', 'checkpoint', 'only', 'rebuild', 'replace'] as const)
        if (options[name] !== undefined) throw oneStackAlone(name)
      const { reportStacks } = await import('../many/many-stacks.js')
      const report = (file: string) => reportOfPlan(file, { ...options, isOneOfMany: true })
      const exitOrder = [exitCodes.unknown, exitCodes.changes]
      finish(await reportStacks(meant.files, report, { command: 'plan', format, exitOrder }))
    })

/** Plans one stack, and says what is to be printed of it. */
async function reportOfPlan(
  file: string | undefined,
  options: PlanCommandOptions & { readonly isOneOfMany?: boolean },
): Promise<StackReport> {
  const format = formatOf(options)
  const [{ withSession }, { observeAndPlan }, report, { headingOf }, { readStackLock }, { runningText }, policy] =
    await Promise.all([
      import('../with-session.js'),
      import('../../app/plan-stack.js'),
      import('../formats/render-report.js'),
      import('../../library/heading-of.js'),
      import('../../app/lock/standing-lock.js'),
      import('../../report/lock-text.js'),
      // The language of policies is a tenth of what a plan loads.
      options.checks === undefined ? undefined : import('../../library/checks.js'),
    ])
  const { plan, heading, checks, stackFile, lock } = await report.tellingMistakes(
    { command: 'plan', format, file, isOneOfMany: options.isOneOfMany },
    async () => {
      policy?.assertReadable(options.checks, file)
      return withSession(file, options, async (session) => {
        const [observed, lock] = await Promise.all([observeAndPlan(session, options), readStackLock(session)])
        // Told now, and not by the apply.
        await session.secrets.neededBy(observed.plan)
        const heading = await headingOf(session, options)
        const checks =
          options.checks === undefined ? undefined : policy?.checksOf(session, observed.plan, heading, options.checks)
        if (options.out !== undefined && !isDenied(checks ?? [])) {
          const { savePlan } = await import('../../app/saved-plan/save-plan.js')
          await savePlan(options.out, session, observed, { ...options, place: placeOfHeading(heading) })
        }
        if (lock) session.notice(runningText(session.spec.stack, lock.sight))
        return { plan: observed.plan, heading, checks, stackFile: session.file, lock }
      })
    },
  )
  const { locate, path } = stackFile
  const shown = { format, color: useColor(process.stdout), locate, heading, file: path }
  const verdict = verdictOf(plan)
  return {
    stack: plan.stack,
    place: placeText(heading),
    text: report.renderPlan(plan, shown, { ...options, lock, checks }),
    words: summaryWords(plan),
    findings: () => report.planFindings(plan, shown, checks),
    exitCode: isDenied(checks ?? []) ? exitCodes.failure : exitCodeOf(verdict, options),
  }
}

function exitCodeOf(
  verdict: ReturnType<typeof verdictOf>,
  { detailedExitcode }: Pick<PlanCommandOptions, 'detailedExitcode'>,
): number {
  if (verdict === 'error') return exitCodes.failure
  return detailedExitcode === true ? detailedExitCodes[verdict] : exitCodes.success
}

function oneStackAlone(name: string): UsageError {
  return new UsageError('USAGE', `--${name} is for one stack`, { hint: 'plan them one by one for it' })
}
