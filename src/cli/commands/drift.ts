import { Command } from 'commander'
import { exitCodes } from '../../core/exit-codes.js'
import { placeText } from '../../report/plan/plan-heading.js'
import type { StackReport } from '../many/many-stacks.js'
import { addRunOptions, filesArgument, filesDescription, type RunOptions } from '../options.js'
import { addFormatOptions, formatOf, type ReportFormatOptions } from '../formats/report-format.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel drift                       what has moved since the last apply
  evenkeel drift --json                the same as data
  evenkeel drift --markdown            for an issue, at most 60,000 characters
  evenkeel drift --format junit        a test case for each; what has moved has failed
  evenkeel drift stacks/ other.yaml    of several stacks, side by side, in one report
  evenkeel drift || [ $? = 3 ]         changes of the file that wait for an apply are no drift

Exit status, the first that holds: 1 an error, also one that stands in the way of a plan; 2 drift; 4 something could not be
read; 3 only pending changes of the file; 0 in sync. Of several stacks the first of these that any has; 6 and 5 come after 1.`

const exitCodeOf = {
  error: exitCodes.failure,
  'in-sync': exitCodes.success,
  drift: exitCodes.drift,
  pending: exitCodes.pending,
  unknown: exitCodes.unknown,
} as const

type DriftOptions = RunOptions & ReportFormatOptions

export const driftCommand: CommandDefinition = (finish) =>
  addFormatOptions(addRunOptions(new Command('drift')), ['text', 'json', 'markdown', 'junit', 'sarif'], 'the result')
    .description('compare the live stack with what was last applied; reads, never writes')
    .argument(filesArgument, filesDescription)
    .addHelpText('after', examples)
    .action(async (words: readonly string[], options: DriftOptions) => {
      if (!options.color) forbidColor()
      const format = formatOf(options)
      const { meantStacks } = await import('../../app/stacks/stack-files.js')
      const meant = meantStacks(words)
      if (meant.kind === 'one') {
        const { text, exitCode } = await reportOfDrift(meant.file, options)
        process.stdout.write(text)
        finish(exitCode)
        return
      }
      const { reportStacks } = await import('../many/many-stacks.js')
      const report = (file: string) => reportOfDrift(file, { ...options, isOneOfMany: true })
      const exitOrder = [exitCodes.drift, exitCodes.unknown, exitCodes.pending]
      finish(await reportStacks(meant.files, report, { command: 'drift', format, exitOrder }))
    })

/** Looks at one stack, and says what is to be printed of it. */
async function reportOfDrift(
  file: string | undefined,
  options: DriftOptions & { readonly isOneOfMany?: boolean },
): Promise<StackReport> {
  const format = formatOf(options)
  const [{ withSession }, { driftOfStack }, { driftWords }, report, { headingOf }] = await Promise.all([
    import('../with-session.js'),
    import('../../app/plan-stack.js'),
    import('../../report/drift/drift-text.js'),
    import('../formats/render-report.js'),
    import('../../library/heading-of.js'),
  ])
  const telling = { command: 'drift', format, file, isOneOfMany: options.isOneOfMany } as const
  const { drift, stackFile, heading } = await report.tellingMistakes(telling, () =>
    withSession(file, options, async (session) => ({
      drift: await driftOfStack(session, options),
      stackFile: session.file,
      heading: await headingOf(session, options),
    })),
  )
  const { locate, path } = stackFile
  const shown = { format, color: useColor(process.stdout), locate, heading, file: path }
  return {
    stack: drift.stack,
    place: placeText(heading),
    text: report.renderDrift(drift, shown),
    words: driftWords(drift),
    findings: () => report.driftFindings(drift, shown),
    exitCode: exitCodeOf[drift.status],
  }
}
