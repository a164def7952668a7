import { Command } from 'commander'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { reportFailure } from '../../failure.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel fmt                             every stack file here
  evenkeel fmt --check stacks/*.yaml       changes nothing; lists what is not laid out so, for CI
  evenkeel fmt - < stack.yaml              from standard input to standard output

What the file says stays, and so do its comments and the order of its entries. Its own keys come in one order (evenkeel, stack,
target, …, servers, volumes, sync), with two spaces, quotes where they are needed, and lines of at most 120 columns where they can be broken.

Exit status: 0 done, 1 a file cannot be read, or --check found one that is not laid out so.`

export const fmtCommand: CommandDefinition = (finish) =>
  new Command('fmt')
    .description('lay out stack files in one way; what they say stays')
    .argument('[files...]', 'stack files, or - for standard input; left out: those here')
    .option('--check', 'change nothing; exit 1 where a file is not laid out so')
    .option('--no-color', 'no colour (or NO_COLOR=1)')
    .addHelpText('after', examples)
    .action(async (files: readonly string[], options: { readonly check?: boolean; readonly color: boolean }) => {
      if (!options.color) forbidColor()
      const [{ formatFile, formattedText }, { readStandardInput }, { stackFilesIn }] = await Promise.all([
        import('../../../app/authoring/format-files.js'),
        import('../../../app/input/read-text.js'),
        import('../../../app/stack-file.js'),
      ])
      const check = options.check === true
      let exitCode: number = exitCodes.success
      for (const file of files.length > 0 ? new Set(files) : stackFilesIn(process.cwd())) {
        try {
          if (await format(file)) {
            process.stdout.write(check || file !== '-' ? `${legible(file)}\n` : '')
            if (check) exitCode = exitCodes.failure
          }
        } catch (error) {
          exitCode = reportFailure(error)
        }
      }
      finish(exitCode)

      async function format(file: string): Promise<boolean> {
        if (file !== '-') return formatFile(file, { check })
        const text = await readStandardInput()
        const formatted = formattedText('-', text)
        if (!check) process.stdout.write(formatted)
        return formatted !== text
      }
    })
