import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { exitCodes } from '../../core/exit-codes.js'
import type { CommandDefinition } from '../command-definition.js'

const examples = `
Examples:
  evenkeel schema > stack.schema.json

  evenkeel schema --part > stack-part.schema.json     for a file that extends another, and for its base
  evenkeel schema --fleet > fleet.schema.json         for the file of a fleet

An editor completes and checks a stack file that begins with
  # yaml-language-server: $schema=stack.schema.json

Exit status: 0.`

export const schemaCommand: CommandDefinition = (finish) =>
  new Command('schema')
    .description('print the JSON Schema of stack files')
    .addOption(new Option('--part', 'that of a file which need not say everything by itself').conflicts('fleet'))
    .option('--fleet', 'that of the file of a fleet')
    .addHelpText('after', examples)
    .action(({ part, fleet }: { readonly part?: boolean; readonly fleet?: boolean }) => {
      const name = fleet === true ? 'fleet' : part === true ? 'stack-part' : 'stack'
      process.stdout.write(readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8'))
      finish(exitCodes.success)
    })
