import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, EvenkeelError } from '../../core/errors.js'
import { formatBytes } from '../../core/units.js'
import { canHostLinux } from '../../sandbox/hosts/capability.js'
import { readChild } from '../../sync/child.js'
import { checkTools } from '../../sync/tools.js'
import { stateDirectory } from '../private-directory.js'
import { sandboxDirectory } from '../sandbox-directory.js'
import { missing, ok, warning, type Finding } from './health.js'

/** As package.json has it. */
const nodeMin = [20, 19] as const
/** Chosen: journals, keys and a sandbox's small disks. */
const freeBytesMin = 1024 * 1024 * 1024

/** What evenkeel needs of the machine that it runs on, whatever the stack. */
export async function lookAtMachine(): Promise<readonly Finding[]> {
  const [rsync, ssh, git, tools] = await Promise.all([
    versionOf('rsync', ['--version']),
    versionOf('ssh', ['-V']),
    versionOf('git', ['--version']),
    checkTools().then(
      () => undefined,
      (error: unknown) => error,
    ),
  ])
  const toolFindings =
    tools === undefined
      ? [ok('rsync', rsync ?? ''), ok('ssh', ssh ?? '')]
      : [missing('rsync and ssh', messageOf(tools), hintOf(tools) ?? 'install both')]
  return [
    nodeFinding(),
    ...toolFindings,
    git === undefined
      ? warning('git', 'is not on this machine', 'without it no revision is recorded, unless `--revision` says it')
      : ok('git', git),
    ...stateFindings(),
    agentFinding(),
  ]
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])
  if (!isOld) return ok('Node.js', process.versions.node)
  return missing('Node.js', process.versions.node, `install ${nodeMin.join('.')} or newer`)
}

/** The first line of what a program says of itself; undefined: it is not there. */
async function versionOf(program: string, words: readonly string[]): Promise<string | undefined> {
  const result = await readChild({ argv: [program, ...words] }).catch(() => undefined)
  return result && `${result.stdout}${result.stderrTail}`.split('\n')[0]?.trim()
}

function stateFindings(): readonly Finding[] {
  const about = 'state directory'
  try {
    const directory = stateDirectory()
    const there = nearestThere(directory)
    accessSync(there, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(there)
    const free = `${formatBytes(bavail * bsize)} free`
    return [
      ok(about, directory),
      bavail * bsize < freeBytesMin ? warning('disk', free, 'a sandbox and its disks need more') : ok('disk', free),
    ]
  } catch (error) {
    const hint = hintOf(error) ?? 'make it writable, or name another: XDG_STATE_HOME'
    return [missing(about, messageOf(error), hint)]
  }
}

function nearestThere(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestThere(dirname(path))
}

function agentFinding(): Finding {
  const socket = process.env['SSH_AUTH_SOCK']
  if (socket === undefined || socket === '') return ok('SSH agent', 'none; keys are read from their files')
  if (existsSync(socket)) return ok('SSH agent', 'there is one')
  return warning(
    'SSH agent',
    'SSH_AUTH_SOCK names a socket that is not there',
    'start an agent, or unset SSH_AUTH_SOCK',
  )
}

/** What an error says to do. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof EvenkeelError ? error.hint : undefined
}

/** Whether the sandbox's instances can be real hosts on this machine. */
export function lookAtSandboxHosts(sandboxDir: string | undefined): readonly Finding[] {
  const about = 'sandbox hosts'
  const capability = canHostLinux(sandboxDirectory(sandboxDir))
  if (capability.ok) return [ok(about, 'can be real Linux hosts here')]
  return [warning(about, capability.because, 'until then the servers of a sandbox exist at the API alone')]
}
