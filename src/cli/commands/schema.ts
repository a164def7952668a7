import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { exitCodes } from '../exit-codes.js'
import type { CommandDefinition } from '../command-definition.js'

const examples = `
Examples:
  evenkeel schema > stack.schema.json

An editor completes and checks a stack file that begins with
  # yaml-language-server: $schema=stack.schema.json`

export const schemaCommand: CommandDefinition = (finish) =>
  new Command('schema')
    .description('print the JSON Schema of stack files')
    .addHelpText('after', examples)
    .action(() => {
      process.stdout.write(readFileSync(new URL('../../../schema/stack.schema.json', import.meta.url), 'utf8'))
      finish(exitCodes.success)
    })
