import { CommanderError } from 'commander'
import { answeringCodes } from '../core/code-prompt.js'
import { UsageError } from '../core/errors.js'
import type { Manifest } from './command-definition.js'
import { commandTree } from './commands/command-tree.js'
import { exitCodes } from '../core/exit-codes.js'
import { reportFailure } from './failure.js'
import { takeGivenVariables } from './given-variables.js'
import { onInterrupt } from './interruption.js'

/** Runs the command line; resolves with the exit status. */
export async function runProgram(argv: readonly string[], manifest: Manifest): Promise<number> {
  if (argv[0] === '__complete') {
    const { completion } = await import('./commands/machine/complete.js')
    process.stdout.write(await completion(argv.slice(1), manifest).catch(() => 'words\n'))
    return exitCodes.success
  }
  takeGivenVariables()
  let exitCode = 0
  const finish = (code: number) => {
    exitCode = code
  }
  const program = await commandTree(manifest, finish, argv[0])
  // Whoever has something to end first asks to be called instead.
  onInterrupt(() => process.exit(exitCodes.interrupted))
  try {
    await answeringCodes(
      async (device) => (await import('./ask-code.js')).askForCode(device),
      () => program.parseAsync(argv, { from: 'user' }),
    )
    return exitCode
  } catch (error) {
    // Help and version have been printed, whether they were asked for or nothing was.
    if (error instanceof CommanderError && !error.message.startsWith('error:')) return error.exitCode
    return reportFailure(error instanceof CommanderError ? usageError(error) : error)
  }
}

function usageError({ message }: CommanderError): UsageError {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return new UsageError('USAGE', text, {
    hint: '`evenkeel --help` lists the commands, and each has a --help of its own',
  })
}
