import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import { readChild } from './child.js'
import { machineName, rootPrefix, sshTo } from './machine.js'
import { rsyncOptions } from './rsync-options.js'
import type { RsyncRun } from './rsync-run.js'

/** Stands for the destination wherever the source's machine is asked or told something. */
export const destinationName = 'evenkeel-destination'

/** What may stand behind `rsync --server`: options that a rule can ask for, and nothing that reads or writes elsewhere. */
export const allowedWord =
  /^(?:-[A-Za-z][A-Za-z0-9.]*|--(?:log-format|delete(?:-before|-delay|-during|-after)?|partial-dir|usermap|groupmap|bwlimit|numeric-ids|compress-choice|checksum-choice|new-compress|old-compress|no-[a-z-]+|info|debug)(?:=[\w%.:,*+-]*)?|\.evenkeel-partial)$/

/**
 * The command that the source's rsync wants run at the destination: its options depend on that rsync's version, so it is
 * asked. What it says is only taken when every word of it is known: it runs as root on the other machine. The path is ours.
 */
export async function serverCommand(run: RsyncRun): Promise<string> {
  const { source, target } = run
  if (source.machine.kind === 'here') throw new TypeError('the source must be on another machine')
  const { argv, name } = sshTo(source.machine)
  // rsync hears the other side on this program's standard output, so what is said goes to standard error.
  const asks = `sh -c 'echo "$@" >&2; exit 1' x`
  const destination = `${destinationName}:${destinationName}`
  const words = ['rsync', ...rsyncOptions(run), `--rsh=${asks}`, '--', ...source.paths, destination].map(shellWord)
  const result = await readChild({
    argv: [...argv, name, `${rootPrefix(source.machine)}env RSYNC_PROTECT_ARGS=0 ${words.join(' ')}`],
  })
  const said = result.stderrTail.split('\n').find((line) => line.startsWith(`${destinationName} rsync --server `))
  const asked = said?.trim().split(' ').slice(3) ?? []
  const options = asked.slice(0, -2).map((word) => word.replaceAll(/\\(.)/g, '$1'))
  const isWhole = asked.at(-2) === '.' && asked.at(-1) === destinationName
  if (!isWhole || !options.every((word) => allowedWord.test(word))) {
    const host = machineName(source.machine)
    const message = `the rsync on ${host} cannot be used: ${said ?? result.stderrTail.split('\n').at(-1) ?? 'it says nothing'}`
    throw new HostError('SYNC_FAILED', message, {
      host,
      exitCode: result.exitCode,
      stderrTail: result.stderrTail,
      hint: 'it must be rsync 3.1 or newer',
    })
  }
  const command = ['rsync', '--server', ...options, '.', target.path].map(shellWord).join(' ')
  return `${rootPrefix(target.machine)}${command}`
}
