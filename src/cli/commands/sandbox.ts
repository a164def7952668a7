import { Command, Option } from 'commander'
import { exitCodes } from '../exit-codes.js'
import type { CommandDefinition } from '../command-definition.js'

interface SandboxOptions {
  readonly sandboxDir?: string
}

const examples = `
Examples:
  evenkeel sandbox up                  start it, or find it
  eval "$(evenkeel sandbox env)" && aws ec2 describe-instances
  evenkeel sandbox status --json
  evenkeel sandbox down                end it; its world stays on disk
  evenkeel sandbox reset               end it and remove its world

A stack file with \`target: sandbox\` starts it by itself. Several can run side by side, each in a directory of its own.`

export const sandboxCommand: CommandDefinition = (finish) => {
  const print = (text: string) => {
    process.stdout.write(`${text}\n`)
    finish(exitCodes.success)
  }

  const up = part('up', 'start it, or find it when it runs already', 'evenkeel sandbox up --hosts none')
    .addOption(
      new Option('--hosts <kind>', 'whether instances are real Linux hosts')
        .choices(['auto', 'linux', 'none'])
        .default('auto'),
    )
    .action(async (options: SandboxOptions & { readonly hosts: 'auto' | 'linux' | 'none' }) => {
      const [{ upSandbox }, directory] = await Promise.all([
        import('../../app/sandbox-control.js'),
        directoryOf(options),
      ])
      const { endpoint, hosts, hostsUnavailableBecause } = await upSandbox(directory, { hosts: options.hosts })
      const inside =
        hosts === 'linux' ? 'instances are real Linux hosts' : `no hosts: ${hostsUnavailableBecause ?? 'switched off'}`
      print(`The sandbox runs at ${endpoint} (${inside}).`)
    })

  const down = part('down', 'end it; its world stays on disk', 'evenkeel sandbox down').action(
    async (options: SandboxOptions) => {
      const [{ downSandbox }, directory] = await Promise.all([
        import('../../app/sandbox-control.js'),
        directoryOf(options),
      ])
      print((await downSandbox(directory)) ? 'The sandbox has ended; its world stays.' : 'No sandbox was running.')
    },
  )

  const status = part('status', 'say whether it runs, where, and what is in it', 'evenkeel sandbox status --json')
    .option('--json', 'print it as JSON')
    .action(async (options: SandboxOptions & { readonly json?: boolean }) => {
      const [{ statusMembers }, directory] = await Promise.all([
        import('../../app/sandbox-control.js'),
        directoryOf(options),
      ])
      const members = await statusMembers(directory)
      print(options.json === true ? JSON.stringify(members, null, 2) : statusText(members))
    })

  const reset = part(
    'reset',
    'end it and remove its world: servers, volumes, snapshots, keys',
    'evenkeel sandbox reset',
  ).action(async (options: SandboxOptions) => {
    const [{ wipeSandbox }, directory] = await Promise.all([
      import('../../app/sandbox-control.js'),
      directoryOf(options),
    ])
    await wipeSandbox(directory)
    print(`The sandbox in ${directory} is gone.`)
  })

  const env = part(
    'env',
    'print the exports with which any EC2 client talks to it',
    'eval "$(evenkeel sandbox env)"',
  ).action(async (options: SandboxOptions) => {
    const [{ runningSandbox }, directory] = await Promise.all([
      import('../../app/sandbox-control.js'),
      directoryOf(options),
    ])
    const { endpoint, region, accessKeyId, secretAccessKey } = await runningSandbox(directory)
    const values = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    }
    const lines = Object.entries(values).map(([name, value]) => `export ${name}='${value}'`)
    print([...lines, 'unset AWS_SESSION_TOKEN AWS_PROFILE'].join('\n'))
  })

  const command = new Command('sandbox').description('the embedded EC2 endpoint').addHelpText('after', examples)
  for (const inner of [up, down, status, reset, env]) command.addCommand(inner)
  return command
}

async function directoryOf(options: SandboxOptions): Promise<string> {
  return (await import('../../app/sandbox-directory.js')).sandboxDirectory(options.sandboxDir)
}

function part(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .option('--sandbox-dir <directory>', 'where it keeps its world (or EVENKEEL_SANDBOX_DIR)')
    .addHelpText('after', `\nExample:\n  ${example}`)
}

function statusText(members: Readonly<Record<string, unknown>>): string {
  const { stateDir, running, endpoint, pid, hosts, hostsUnavailableBecause } = members
  if (running !== true) return `No sandbox runs in ${String(stateDir)}.`
  const lines = [
    `The sandbox in ${String(stateDir)} runs.`,
    `  endpoint   ${String(endpoint)}`,
    `  process    ${String(pid)}`,
    `  hosts      ${hosts === 'linux' ? 'real Linux hosts' : `none: ${typeof hostsUnavailableBecause === 'string' ? hostsUnavailableBecause : 'switched off'}`}`,
  ]
  for (const region of (members['regions'] ?? []) as readonly RegionStatus[]) {
    const instances = Object.entries(region.instances).map(([state, count]) => `${count} ${state}`)
    lines.push(
      `  ${region.name.padEnd(9)}  instances: ${instances.join(', ') || 'none'}; volumes: ${region.volumes}; snapshots: ${region.snapshots}`,
    )
  }
  return lines.join('\n')
}

interface RegionStatus {
  readonly name: string
  readonly instances: Readonly<Record<string, number>>
  readonly volumes: number
  readonly snapshots: number
}
