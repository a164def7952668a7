import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import { addRunOptions, fileArgument, fileDescription, type RunOptions } from '../options.js'
import type { CommandDefinition } from '../command-definition.js'
import { forbidColor, useColor } from '../terminal.js'

const examples = `
Examples:
  evenkeel drift                       what has moved since the last apply
  evenkeel drift --json                the same as data
  evenkeel drift || [ $? = 3 ]         changes of the file that wait for an apply are no drift

Exit status, the first that holds: 1 an error, also one that stands in the way of a plan; 2 drift; 4 something could not be
read; 3 only pending changes of the file; 0 in sync.`

const exitCodeOf = {
  error: exitCodes.failure,
  'in-sync': exitCodes.success,
  drift: exitCodes.drift,
  pending: exitCodes.pending,
  unknown: exitCodes.unknown,
} as const

export const driftCommand: CommandDefinition = (finish) =>
  addRunOptions(new Command('drift'))
    .description('compare the live stack with what was last applied; reads, never writes')
    .argument(fileArgument, fileDescription)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: RunOptions & { readonly json?: boolean }) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { driftOfStack }, { driftText }, { driftJson }] = await Promise.all([
        import('../with-session.js'),
        import('../../app/plan-stack.js'),
        import('../../report/drift/drift-text.js'),
        import('../../report/drift/drift-json.js'),
      ])
      const { drift, locate } = await withSession(file, options, async (session) => ({
        drift: await driftOfStack(session, options),
        locate: session.file.locate,
      }))
      const color = useColor(process.stdout)
      process.stdout.write(options.json === true ? driftJson(drift, locate) : driftText(drift, { color, locate }))
      finish(exitCodeOf[drift.status])
    })
