import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

interface OutputOptions extends StackOptions {
  readonly file?: string
  readonly json?: boolean
}

const examples = `
Examples:
  evenkeel output                      all outputs of the one stack file here
  curl "http://$(evenkeel output address)/"
  evenkeel output -f staging.stack.yaml --json | jq -r '.outputs.address.value'

Values are read from what is live. One that is asked for by name is printed bare, a list with one member a line. An output with a
sensitive variable in it is hidden but where it is asked for by name.

Exit status: 0, 1 on an error, or when the one that is asked for is not known.`

export const outputCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('output'))
    .description('print the outputs of the stack, or one of them')
    .argument('[name]', 'the name of an output; left out: all of them')
    .option('-f, --file <file>', 'stack file; left out: the one here')
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples)
    .action(async (name: string | undefined, options: OutputOptions) => {
      if (!options.color) forbidColor()
      const [{ withSession }, { readOutput, readOutputs }, { outputLines, outputsJson, valueText }] = await Promise.all(
        [
          import('../../with-session.js'),
          import('../../../app/outputs/read-outputs.js'),
          import('../../../report/tables/outputs-text.js'),
        ],
      )
      const text = await withSession(options.file, options, async (session) => {
        const { stack } = session.spec
        if (name !== undefined) {
          const output = await readOutput(session, name)
          return options.json === true ? outputsJson(stack, [output]) : valueText(output.value)
        }
        const outputs = await readOutputs(session)
        if (options.json === true) return outputsJson(stack, outputs)
        if (outputs.length === 0) session.notice(`${session.file.path} has no outputs`)
        return outputLines(outputs)
          .map((line) => `${line}\n`)
          .join('')
      })
      process.stdout.write(text)
      finish(exitCodes.success)
    })
