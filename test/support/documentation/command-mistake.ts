import { CommanderError, type Command } from 'commander'
import { commandTree } from '../../../src/cli/commands/command-tree.js'

/** What is wrong with the words behind `evenkeel`, as the commands themselves say; undefined: nothing. Carries nothing out. */
export async function commandMistake(argv: readonly string[]): Promise<string | undefined> {
  const program = await commandTree({ version: '1.0.0', docs: 'docs' }, () => undefined, argv[0])
  disarm(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // A file that an example names is not on this machine; and help is no mistake.
    const isNone = !error.message.startsWith('error:') || error.message.includes('cannot be read: ENOENT')
    return isNone ? undefined : error.message
  }
}

/** What is wrong with words that may have more to them (`evenkeel lock`, `evenkeel restore VOLUME`): a command or an option that is none. */
export async function wordsMistake(argv: readonly string[]): Promise<string | undefined> {
  let command: Command = await commandTree({ version: '1.0.0', docs: 'docs' }, () => undefined)
  for (const word of argv) {
    if (word === '--') break
    if (word.startsWith('-')) {
      const flag = word.split('=')[0] ?? ''
      const isKnown = flag === '--help' || command.options.some(({ long, short }) => long === flag || short === flag)
      if (!isKnown) return `unknown option ${flag} of ${command.name()}`
      continue
    }
    const inner = command.commands.find((one) => one.name() === word)
    if (inner) command = inner
    else if (command.parent === null) return `unknown command ${word}`
  }
  return undefined
}

function disarm(command: Command): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
  if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => undefined)
  for (const inner of command.commands) disarm(inner)
}
