import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { HostError, messageOf, UsageError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { CopyPlace, CopyRule, MountedFilesystem } from '../executor/ports.js'
import { connectionBroke, runThere } from './destination.js'
import { machineName, machineOf, type Machine } from './machine.js'
import { mountGuard, throwIfUnmounted } from './mount-guard.js'
import type { SshConnections } from './ssh/ssh-connections.js'

/** Where files come from, found. */
export interface Source {
  readonly machine: Machine
  /** Absolute on this machine, with the trailing slash as written. Never empty. */
  readonly paths: readonly string[]
  /** What must be mounted there, still, when they are read. */
  readonly mounted: readonly MountedFilesystem[]
  /** One thing that is no directory: it may become a file of another name. */
  readonly isFile: boolean
}

/** A path of this machine as rsync takes it: absolute, `~` and `.` resolved, its trailing slash kept. */
export function localPath(baseDirectory: string, written: string): string {
  const home = written === '~' || written.startsWith('~/') ? join(homedir(), written.slice(1)) : written
  const absolute = resolve(baseDirectory, home)
  return /(?:^|\/)\.?\.?$/.test(written) && absolute !== '/' ? `${absolute}/` : absolute
}

/** Looks at everything that a rule copies. What is not there is an error: rsync would copy the rest, and delete. */
export async function readSource(
  { source }: CopyRule,
  baseDirectory: string,
  connections: SshConnections,
): Promise<Source> {
  const places: readonly CopyPlace[] = typeof source === 'string' ? [{ path: source }] : source
  const [first] = places
  if (!first) throw new TypeError('a rule has a source')
  const machine = await machineOf(first, connections)
  if (machine.kind === 'here') return readHere(places, baseDirectory)
  const paths = places.map(({ path }) => path)
  const script = paths
    .map((path) => {
      const word = shellWord(path === '' ? '.' : path)
      return `if [ -d ${word} ]; then echo directory; elif [ -e ${word} ] || [ -L ${word} ]; then echo file; else echo missing; fi\n`
    })
    .join('')
  const mounted = places.flatMap((place) => place.mounted ?? [])
  const guard = mountGuard([{ machine, mounted }])
  const result = await runThere(
    connections,
    machine,
    `${guard}\n${script}command -v rsync > /dev/null && echo rsync || :\n`,
  )
  const host = machineName(machine)
  const common = { host, exitCode: result.exitCode, stderrTail: result.stderrTail }
  throwIfUnmounted(result)
  if (result.exitCode !== 0) throw connectionBroke(host, result.stderrTail, common)
  const said = result.stdout.trim().split('\n')
  for (const [index, path] of paths.entries()) {
    if (said[index] !== 'missing') continue
    throw new HostError('SYNC_SOURCE_MISSING', `${path} is not on ${host}`, {
      ...common,
      hint: `look at what is there${machine.kind === 'server' ? `: evenkeel exec ${host} -- ls -la ${shellWord(dirname(path))}` : ''}`,
    })
  }
  if (said.at(-1) !== 'rsync') {
    throw new HostError('SYNC_TOOL_MISSING', `rsync is missing on ${host}`, {
      ...common,
      hint: 'install it there, e.g. by a setup command',
    })
  }
  return { machine, paths, mounted, isFile: paths.length === 1 && said[0] === 'file' }
}

async function readHere(places: readonly CopyPlace[], baseDirectory: string): Promise<Source> {
  const found = await Promise.all(
    places.map(async ({ path: written }) => {
      const path = localPath(baseDirectory, written)
      const stats = await stat(path).catch((error: unknown) => {
        throw new UsageError('SYNC_SOURCE_MISSING', `${written}: ${path} cannot be read: ${messageOf(error)}`, {
          cause: error,
          hint: 'paths are relative to the stack file',
        })
      })
      return { path, isDirectory: stats.isDirectory() }
    }),
  )
  const isFile = found.length === 1 && found[0]?.isDirectory === false
  return { machine: { kind: 'here' }, paths: found.map(({ path }) => path), mounted: [], isFile }
}
