import { Command, InvalidArgumentError, Option } from 'commander'
import { readSwitches, switchNames, switchTable, switchText, type SandboxSwitches } from '../../sandbox/switches.js'
import { exitCodes } from '../../core/exit-codes.js'
import type { CommandDefinition } from '../command-definition.js'

interface SandboxOptions {
  readonly sandboxDir?: string
}

type UpOptions = SandboxOptions & { readonly hosts: 'auto' | 'linux' | 'none' } & Readonly<Record<string, unknown>>

const examples = `
Examples:
  evenkeel sandbox up                  start it, or find it
  evenkeel sandbox up --chaos 7:harsh --latencies real --clock 20x
  eval "$(evenkeel sandbox env)" && aws ec2 describe-instances
  evenkeel sandbox status --json
  evenkeel sandbox down                end it; its world stays on disk
  evenkeel sandbox reset               end it and remove its world

A stack file with \`target: sandbox\` starts it by itself. Several can run side by side, each in a directory of its own.

Exit status: 0, 1 on an error.`

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
    .action(async (options: UpOptions) => {
      const [{ upSandbox }, directory] = await Promise.all([
        import('../../app/sandbox-control.js'),
        directoryOf(options),
      ])
      const { endpoint, hosts, hostsUnavailableBecause, switches } = await upSandbox(directory, {
        hosts: options.hosts,
        switches: switchesOf(options),
      })
      const inside =
        hosts === 'linux' ? 'instances are real Linux hosts' : `no hosts: ${hostsUnavailableBecause ?? 'switched off'}`
      const how = switches === undefined ? '' : `\nIt goes by ${switchText(switches)}.`
      print(`The sandbox runs at ${endpoint} (${inside}).${how}`)
    })
  for (const option of switchOptions()) up.addOption(option)

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
      // Ansible's modules, whatever the age of their botocore.
      AWS_URL: endpoint,
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

/** One option for each switch of the sandbox's table. */
function switchOptions(): readonly Option[] {
  return switchNames.map((name) => {
    const known = switchTable[name]
    const option = new Option(known.flag, known.description)
    if (!('read' in known)) return option
    return option.argParser((word: string) => {
      try {
        known.read(word)
        return word
      } catch (error) {
        if (error instanceof RangeError) throw new InvalidArgumentError(`${error.message}.`)
        throw error
      }
    })
  })
}

/** The switches that were given, all of them in one; undefined for none: a sandbox goes on with those of its last start. */
function switchesOf(options: UpOptions): SandboxSwitches | undefined {
  return switchNames.some((name) => isGiven(name, options[name])) ? readSwitches(options) : undefined
}

/** The command line's `--no-…` options are true where they are not given. */
function isGiven(name: keyof SandboxSwitches, value: unknown): boolean {
  const known = switchTable[name]
  return value !== undefined && ('read' in known || value === known.value)
}

async function directoryOf(options: SandboxOptions): Promise<string> {
  return (await import('../../app/sandbox-directory.js')).sandboxDirectory(options.sandboxDir)
}

function part(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .option('--sandbox-dir <directory>', 'where it keeps its world (or EVENKEEL_SANDBOX_DIR)')
    .addHelpText('after', `\nExample:\n  ${example}\n\nExit status: 0, 1 on an error.`)
}

function statusText(members: Readonly<Record<string, unknown>>): string {
  const { stateDir, running, endpoint, pid, hosts, hostsUnavailableBecause, start } = members
  if (running !== true) return `No sandbox runs in ${String(stateDir)}.`
  const lines = [
    `The sandbox in ${String(stateDir)} runs.`,
    `  endpoint   ${String(endpoint)}`,
    `  process    ${String(pid)}`,
    `  hosts      ${hosts === 'linux' ? 'real Linux hosts' : `none: ${typeof hostsUnavailableBecause === 'string' ? hostsUnavailableBecause : 'switched off'}`}`,
    `  start      ${String(start)}`,
  ]
  for (const limit of (members['limits'] ?? []) as readonly string[]) lines.push(`  note       ${limit}`)
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
