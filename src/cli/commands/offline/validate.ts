import { Command } from 'commander'
import { count } from '../../../core/units.js'
import { exitCodes } from '../../../core/exit-codes.js'
import type { StackReport } from '../../many/many-stacks.js'
import { addStackOptions, filesArgument, filesDescription, stackFileOptions, type StackOptions } from '../../options.js'
import { legible } from '../../../report/legible.js'
import { addFormatOptions, formatOf, type ReportFormatOptions } from '../../formats/report-format.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel validate                            the one stack file here
  evenkeel validate staging.stack.yaml --var size=40
  evenkeel validate --format sarif > mistakes.sarif   for code scanning; junit for test reports
  evenkeel validate stacks/                    every stack file of a folder

Exit status: 0 the file is right, 1 it has mistakes. Nothing is asked of EC2.`

export const validateCommand: CommandDefinition = (finish) =>
  addFormatOptions(addStackOptions(new Command('validate')), ['text', 'junit', 'sarif'], 'the result')
    .description('check a stack file, offline: every mistake at once, with its position')
    .argument(filesArgument, filesDescription)
    .addHelpText('after', examples)
    .action(async (words: readonly string[], options: StackOptions & ReportFormatOptions) => {
      if (!options.color) forbidColor()
      const format = formatOf(options)
      const { meantStacks } = await import('../../../app/stacks/stack-files.js')
      const meant = meantStacks(words)
      if (meant.kind === 'one') {
        process.stdout.write((await reportOfFile(meant.file, options)).text)
        finish(exitCodes.success)
        return
      }
      const { reportStacks } = await import('../../many/many-stacks.js')
      const report = (file: string) => reportOfFile(file, options, true)
      finish(await reportStacks(meant.files, report, { command: 'validate', format, exitOrder: [] }))
    })

/** Checks one file, and says what is to be printed of it. */
async function reportOfFile(
  file: string | undefined,
  options: StackOptions & ReportFormatOptions,
  isOneOfMany = false,
): Promise<StackReport> {
  const format = formatOf(options)
  const [{ readStackFile }, { headingOfFile }, { placeText }, report, { repositoryPath }] = await Promise.all([
    import('../../../app/stack-file.js'),
    import('../../../library/heading-of.js'),
    import('../../../report/plan/plan-heading.js'),
    import('../../formats/render-report.js'),
    import('../../formats/repository-path.js'),
  ])
  const stackFile = await report.tellingMistakes({ command: 'validate', format, file, isOneOfMany }, () =>
    Promise.resolve().then(() => readStackFile(file, stackFileOptions(options))),
  )
  const { path, bases, spec, notices } = stackFile
  const prefix = isOneOfMany ? `${path}: ` : ''
  for (const notice of notices) process.stderr.write(`${legible(`${prefix}${notice}`)}\n`)
  const parts = [
    count(spec.servers.length, 'server'),
    count(spec.volumes.length, 'volume'),
    count(spec.syncs.length, 'sync rule'),
    ...(spec.archives.length > 0 ? [count(spec.archives.length, 'archive')] : []),
  ]
  const read = bases.length === 0 ? '' : ` Read with it: ${legible(bases.join(', '))}.`
  const text = `${legible(path)}: the stack ${spec.stack} is valid (${parts.join(', ')}).${read}\n`
  const name = repositoryPath(path)
  const findings = { command: 'validate', name, file: name, findings: [] } as const
  return {
    stack: spec.stack,
    place: placeText(headingOfFile(stackFile)),
    text: format === 'text' ? text : report.renderFindings(format, [findings]),
    findings: () => findings,
    words: `valid (${parts.join(', ')})`,
    exitCode: exitCodes.success,
  }
}
