import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { placeText } from '../../report/plan/plan-heading.js'
import type { StackReport } from '../many/many-stacks.js'
import { addRunOptions, filesArgument, filesDescription, type RunOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel drift                       what has moved since the last apply
  evenkeel drift --json                the same as data
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

interface DriftOptions extends RunOptions {
  readonly json?: boolean
}

export const driftCommand: CommandDefinition = (finish) =>
  addRunOptions(new Command('drift'))
    .description('compare the live stack with what was last applied; reads, never writes')
    .argument(filesArgument, filesDescription)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action(async (words: readonly string[], options: DriftOptions) => {
      if (!options.color) forbidColor()
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
      const json = options.json === true ? 'drift' : undefined
      finish(await reportStacks(meant.files, report, { json, markdown: false, exitOrder }))
    })

/** Looks at one stack, and says what is to be printed of it. */
async function reportOfDrift(
  file: string | undefined,
  options: DriftOptions & { readonly isOneOfMany?: boolean },
): Promise<StackReport> {
  const [{ withSession }, { driftOfStack }, { driftText, driftWords }, { driftJson }, { headingOf }] =
    await Promise.all([
      import('../with-session.js'),
      import('../../app/plan-stack.js'),
      import('../../report/drift/drift-text.js'),
      import('../../report/drift/drift-json.js'),
      import('../heading-of.js'),
    ])
  const { drift, locate, heading } = await withSession(file, options, async (session) => ({
    drift: await driftOfStack(session, options),
    locate: session.file.locate,
    heading: await headingOf(session, options),
  }))
  const color = useColor(process.stdout)
  return {
    stack: drift.stack,
    place: placeText(heading),
    text: options.json === true ? driftJson(drift, locate) : driftText(drift, { color, locate }),
    words: driftWords(drift),
    exitCode: exitCodeOf[drift.status],
  }
}
