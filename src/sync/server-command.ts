import { posix } from 'node:path'
import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import { readChild } from './child.js'
import { machineName, rootPrefix, sshTo, type Machine } from './machine.js'
import { alone } from './copy-lock.js'
import { guarded } from './mount-guard.js'
import { rsyncOptions } from './rsync-options.js'
import { pathArgument, type RsyncRun } from './rsync-run.js'

/** Stands for the other side wherever an rsync is asked or told something. */
export const farName = 'evenkeel-far'

/**
 * What may stand behind `rsync --server`: options that a rule can ask for, and nothing that reads or writes elsewhere.
 *
 * @internal exported for its test
 */
export const allowedWord =
  /^(?:-[A-Za-z][A-Za-z0-9.]*|--(?:log-format|delete(?:-before|-delay|-during|-after)?|partial-dir|usermap|groupmap|bwlimit|numeric-ids|compress-choice|checksum-choice|new-compress|old-compress|no-[a-z-]+|info|debug)(?:=[\w%.:,*+-]*)?|\.evenkeel-partial)$/

/**
 * The words after the options of the rsync that is started. It never hears a path of the far side: with `-s` the other half
 * expands each one as a pattern (rsync(1), "--secluded-args"; read_args in io.c), without it a shell does, and what is
 * escaped on the way depends on the version (safe_arg in options.c, since 3.2.4). Only the words of the other half's own
 * command line are taken as they are, and those are ours: `serverCommand`.
 */
export function nearWords(run: RsyncRun): readonly string[] {
  return wordsFor(run, run.source.paths.map(standInOf))
}

/**
 * The command of the other half, with the paths of the run and with the options that the started half wants there. They
 * depend on its version, so it is asked. What it says is only taken when every word of it is known: it runs as root on the
 * other machine.
 */
export async function serverCommand(run: RsyncRun): Promise<string> {
  const [near, far] = isPull(run) ? [run.target.machine, run.source.machine] : [run.source.machine, run.target.machine]
  // rsync hears the other side on this program's standard output, so what is said goes to standard error.
  const asks = `sh -c 'echo "$@" >&2; exit 1' x`
  const words = ['rsync', ...rsyncOptions(run), `--rsh=${asks}`, '--', ...wordsFor(run, [farName])]
  const result = await readChild({ argv: near.kind === 'here' ? words : argvAt(near, words) })
  const said = result.stderrTail.split('\n').find((line) => line.startsWith(`${farName} rsync --server `))
  const asked = said?.trim().split(' ').slice(3) ?? []
  const sender = isPull(run) ? ['--sender'] : []
  const options = asked.slice(sender.length, -2).map((word) => word.replaceAll(/\\(.)/g, '$1'))
  const isWhole = asked.at(-2) === '.' && asked.at(-1) === farName && (sender.length === 0 || asked[0] === sender[0])
  if (!isWhole || !options.every((word) => allowedWord.test(word))) {
    const host = machineName(near)
    const message = `the rsync on ${host} cannot be used: ${said ?? result.stderrTail.split('\n').at(-1) ?? 'it says nothing'}`
    throw new HostError('SYNC_FAILED', message, {
      host,
      exitCode: result.exitCode,
      stderrTail: result.stderrTail,
      hint: 'it must be rsync 3.1 or newer',
    })
  }
  const paths = isPull(run) ? run.source.paths : [run.target.path]
  const command = ['rsync', '--server', ...sender, ...options, '.', ...paths.map(pathArgument)]
  const end = isPull(run) ? run.source : run.target
  const text = command.map(shellWord).join(' ')
  const isWritten = !isPull(run) && !run.dryRun
  return guarded([end], isWritten ? alone(run.target, text) : `${rootPrefix(far)}${text}`)
}

/** Whether this machine's rsync is started as the receiver; else the source's is started, as the sender. */
function isPull({ source, target }: RsyncRun): boolean {
  return target.machine.kind === 'here' && source.machine.kind !== 'here'
}

/** What is copied and where to, with names in place of the far side's paths; a destination needs no name of its own. */
function wordsFor(run: RsyncRun, sources: readonly string[]): readonly string[] {
  if (isPull(run)) return [...sources.map((name) => `${farName}:${name}`), pathArgument(run.target.path)]
  return [...run.source.paths.map(pathArgument), `${farName}:${farName}`]
}

/**
 * What a receiver believes to have asked for: since 3.2.5 it refuses names at the top that it did not ask for
 * (add_implied_include in exclude.c). A plain name is asked for by itself; of what could be taken for a pattern, the
 * contents of a directory, as of everything with a trailing slash.
 */
function standInOf(path: string): string {
  const name = path.endsWith('/') ? '' : posix.basename(path)
  return /^[A-Za-z0-9_][\w.-]*$/.test(name) ? name : './'
}

function argvAt(machine: Exclude<Machine, { kind: 'here' }>, words: readonly string[]): readonly string[] {
  const { argv, name } = sshTo(machine)
  return [...argv, name, `${rootPrefix(machine)}env RSYNC_PROTECT_ARGS=0 ${words.map(shellWord).join(' ')}`]
}
