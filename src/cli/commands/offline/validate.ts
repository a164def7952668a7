import { Command } from 'commander'
import { count } from '../../../core/units.js'
import { exitCodes } from '../../exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, stackFileOptions, type StackOptions } from '../../options.js'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel validate                            the one stack file here
  evenkeel validate staging.stack.yaml --var size=40

Exit status: 0 the file is right, 1 it has mistakes. Nothing is asked of EC2.`

export const validateCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('validate'))
    .description('check a stack file, offline: every mistake at once, with its position')
    .argument(fileArgument, fileDescription)
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: StackOptions) => {
      if (!options.color) forbidColor()
      const { readStackFile } = await import('../../../app/stack-file.js')
      const { path, bases, spec, notices } = readStackFile(file, stackFileOptions(options))
      for (const notice of notices) process.stderr.write(`${legible(notice)}\n`)
      const parts = [
        count(spec.servers.length, 'server'),
        count(spec.volumes.length, 'volume'),
        count(spec.syncs.length, 'sync rule'),
        ...(spec.archives.length > 0 ? [count(spec.archives.length, 'archive')] : []),
      ]
      const read = bases.length === 0 ? '' : ` Read with it: ${legible(bases.join(', '))}.`
      process.stdout.write(`${legible(path)}: the stack ${spec.stack} is valid (${parts.join(', ')}).${read}\n`)
      finish(exitCodes.success)
    })
