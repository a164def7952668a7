import { Command, CommanderError } from 'commander'
import { UsageError } from '../core/errors.js'
import type { CommandDefinition } from './command-definition.js'
import { exitCodes } from './exit-codes.js'
import { reportFailure } from './failure.js'
import { takeGivenVariables } from './given-variables.js'
import { onInterrupt } from './interruption.js'

/** Each command's file is loaded when it is asked for; help about all of them loads all. */
const definitions: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  validate: async () => (await import('./commands/offline/validate.js')).validateCommand,
  plan: async () => (await import('./commands/plan.js')).planCommand,
  apply: async () => (await import('./commands/apply.js')).applyCommand,
  drift: async () => (await import('./commands/drift.js')).driftCommand,
  destroy: async () => (await import('./commands/destroy.js')).destroyCommand,
  show: async () => (await import('./commands/show.js')).showCommand,
  snapshot: async () => (await import('./commands/snapshot.js')).snapshotCommand,
  snapshots: async () => (await import('./commands/snapshots.js')).snapshotsCommand,
  restore: async () => (await import('./commands/restore.js')).restoreCommand,
  withdraw: async () => (await import('./commands/explicit/withdraw.js')).withdrawCommand,
  checkpoint: async () => (await import('./commands/checkpoint.js')).checkpointCommand,
  checkpoints: async () => (await import('./commands/checkpoints.js')).checkpointsCommand,
  sync: async () => (await import('./commands/sync.js')).syncCommand,
  put: async () => (await import('./commands/put.js')).putCommand,
  get: async () => (await import('./commands/get.js')).getCommand,
  exec: async () => (await import('./commands/exec.js')).execCommand,
  trust: async () => (await import('./commands/explicit/trust.js')).trustCommand,
  ssh: async () => (await import('./commands/ssh.js')).sshCommand,
  'ssh-config': async () => (await import('./commands/ssh-config.js')).sshConfigCommand,
  sandbox: async () => (await import('./commands/sandbox.js')).sandboxCommand,
  resolve: async () => (await import('./commands/explicit/resolve.js')).resolveCommand,
  lock: async () => (await import('./commands/explicit/lock.js')).lockCommand,
  'iam-policy': async () => (await import('./commands/offline/iam-policy.js')).iamPolicyCommand,
  schema: async () => (await import('./commands/schema.js')).schemaCommand,
}

const overview = `
Examples:
  evenkeel plan                        what would change, for the one stack file here
  evenkeel apply staging.stack.yaml    plan, ask, and carry it out
  evenkeel drift --json                what has moved since the last apply, for CI
  evenkeel exec server.web -- df -h    run a command on a server

Documentation of every error code: docs/errors.md`

/** Runs the command line; resolves with the exit status. */
export async function runProgram(argv: readonly string[], version: string): Promise<number> {
  takeGivenVariables()
  let exitCode = 0
  const finish = (code: number) => {
    exitCode = code
  }
  const program = new Command('evenkeel')
    .description('Keeps EC2 environments as their stack file says: plan, apply, drift.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', overview)
  const wanted = definitions[argv[0] ?? '']
  for (const load of wanted ? [wanted] : Object.values(definitions)) {
    const define = await load()
    program.addCommand(prepared(define(finish)))
  }
  // Whoever has something to end first asks to be called instead.
  onInterrupt(() => process.exit(exitCodes.interrupted))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    // Help and version have been printed, whether they were asked for or nothing was.
    if (error instanceof CommanderError && !error.message.startsWith('error:')) return error.exitCode
    return reportFailure(error instanceof CommanderError ? usageError(error) : error)
  }
}

/** Sub-commands take over what `addCommand` does not hand down. */
function prepared(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => undefined })
  for (const inner of command.commands) prepared(inner)
  return command
}

function usageError({ message }: CommanderError): UsageError {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return new UsageError('USAGE', text, {
    hint: '`evenkeel --help` lists the commands, and each has a --help of its own',
  })
}
