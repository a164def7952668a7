import { Command } from 'commander'
import type { CommandDefinition, Manifest } from '../command-definition.js'

/** Each command's file is loaded when it is asked for; help about all of them loads all. */
const definitions: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  init: async () => (await import('./authoring/init.js')).initCommand,
  adopt: async () => (await import('./authoring/adopt.js')).adoptCommand,
  accept: async () => (await import('./authoring/accept.js')).acceptCommand,
  fmt: async () => (await import('./authoring/fmt.js')).fmtCommand,
  validate: async () => (await import('./offline/validate.js')).validateCommand,
  plan: async () => (await import('./plan.js')).planCommand,
  apply: async () => (await import('./apply.js')).applyCommand,
  drift: async () => (await import('./drift.js')).driftCommand,
  destroy: async () => (await import('./destroy.js')).destroyCommand,
  diff: async () => (await import('./stacks/diff.js')).diffCommand,
  stacks: async () => (await import('./stacks/stacks.js')).stacksCommand,
  history: async () => (await import('./stacks/history.js')).historyCommand,
  fleet: async () => (await import('./fleet/fleet.js')).fleetCommand,
  show: async () => (await import('./show.js')).showCommand,
  report: async () => (await import('./reports/report.js')).reportCommand,
  graph: async () => (await import('./reports/graph.js')).graphCommand,
  output: async () => (await import('./stacks/output.js')).outputCommand,
  snapshot: async () => (await import('./snapshots/snapshot.js')).snapshotCommand,
  snapshots: async () => (await import('./snapshots/snapshots.js')).snapshotsCommand,
  restore: async () => (await import('./snapshots/restore.js')).restoreCommand,
  withdraw: async () => (await import('./explicit/withdraw.js')).withdrawCommand,
  checkpoint: async () => (await import('./snapshots/checkpoint.js')).checkpointCommand,
  checkpoints: async () => (await import('./snapshots/checkpoints.js')).checkpointsCommand,
  sync: async () => (await import('./sync.js')).syncCommand,
  put: async () => (await import('./put.js')).putCommand,
  get: async () => (await import('./get.js')).getCommand,
  exec: async () => (await import('./exec.js')).execCommand,
  status: async () => (await import('./servers/status.js')).statusCommand,
  wait: async () => (await import('./servers/wait.js')).waitCommand,
  console: async () => (await import('./servers/console.js')).consoleCommand,
  start: async () => (await import('./servers/act.js')).actCommand('start'),
  stop: async () => (await import('./servers/act.js')).actCommand('stop'),
  reboot: async () => (await import('./servers/act.js')).actCommand('reboot'),
  images: async () => (await import('./catalogue/images.js')).imagesCommand,
  types: async () => (await import('./catalogue/types.js')).typesCommand,
  zones: async () => (await import('./catalogue/places.js')).zonesCommand,
  regions: async () => (await import('./catalogue/places.js')).regionsCommand,
  'enable-io': async () => (await import('./explicit/enable-io.js')).enableIoCommand,
  trust: async () => (await import('./explicit/trust.js')).trustCommand,
  ssh: async () => (await import('./ssh.js')).sshCommand,
  'ssh-config': async () => (await import('./ssh-config.js')).sshConfigCommand,
  sandbox: async () => (await import('./sandbox.js')).sandboxCommand,
  resolve: async () => (await import('./explicit/resolve.js')).resolveCommand,
  lock: async () => (await import('./explicit/lock.js')).lockCommand,
  'iam-policy': async () => (await import('./offline/iam-policy.js')).iamPolicyCommand,
  doctor: async () => (await import('./machine/doctor.js')).doctorCommand,
  version: async () => (await import('./machine/version.js')).versionCommand,
  completion: async () => (await import('./machine/completion.js')).completionCommand,
  schema: async () => (await import('./schema.js')).schemaCommand,
}

const overview = (docs: string) => `
Examples:
  evenkeel plan                        what would change, for the one stack file here
  evenkeel apply staging.stack.yaml    plan, ask, and carry it out
  evenkeel drift --json                what has moved since the last apply, for CI
  evenkeel exec server.web -- df -h    run a command on a server

Documentation: ${docs}, with every command in commands.md and every error code in errors.md`

/** The program with its commands, or with the one that is wanted; `finish` is told the exit status of an action. */
export async function commandTree(
  manifest: Manifest,
  finish: (exitCode: number) => void,
  wanted?: string,
): Promise<Command> {
  const { version, docs } = manifest
  const program = new Command('evenkeel')
    .description('Keeps EC2 environments as their stack file says: plan, apply, drift.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', overview(docs))
  const only = definitions[wanted ?? '']
  for (const load of only ? [only] : Object.values(definitions)) {
    const define = await load()
    program.addCommand(prepared(define(finish, manifest)))
  }
  return program
}

/** Sub-commands take over what `addCommand` does not hand down. */
function prepared(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => undefined })
  for (const inner of command.commands) prepared(inner)
  return command
}
