import { shellWord } from '../core/shell-words.js'
import type { ChildResult } from './child.js'
import { runDirect } from './direct.js'
import { parseEntry } from './itemized.js'
import { isSameMachine, rootPrefix, sshTo, type Machine } from './machine.js'
import { runRelayed } from './relay.js'
import { runWithLines, type TakeLine } from './report-lines.js'
import { rsyncFailure } from './rsync-errors.js'
import { rsyncOptions } from './rsync-options.js'
import type { RsyncRun } from './rsync-run.js'

/**
 * Runs rsync once, in the way that the two machines allow: with one end here, from here; with both ends on one machine, on
 * that machine; else between the two, straight or through this machine. On servers it runs as root, so that it may read and
 * write anything. A dry run always goes through this machine: it is to change nothing anywhere, not even for a moment.
 */
export async function runRsync(run: RsyncRun): Promise<void> {
  const take: TakeLine = (line) => {
    const entry = parseEntry(line)
    if (entry) run.onEntry(entry)
    else {
      const bytes = /^\s*(\d+)\s+\d+%/.exec(line)?.[1]
      if (bytes === undefined) return false
      run.onBytes?.(Number(bytes))
    }
    return true
  }
  const result = await wayOf(run)(run, take)
  if (result.exitCode !== 0) throw rsyncFailure(run, result)
}

type Way = (run: RsyncRun, take: TakeLine) => Promise<ChildResult>

function wayOf({ source, target, rule, dryRun }: RsyncRun): Way {
  if (source.machine.kind === 'here' || target.machine.kind === 'here') return runFromHere
  if (isSameMachine(source.machine, target.machine)) return runInside
  const isDirect = !dryRun && !rule.relayed && source.machine.kind === 'server' && target.machine.kind === 'server'
  return isDirect ? runDirect : runRelayed
}

async function runFromHere(run: RsyncRun, take: TakeLine): Promise<ChildResult> {
  const { source, target } = run
  const other = source.machine.kind === 'here' ? target.machine : source.machine
  const argv = [
    'rsync',
    ...rsyncOptions(run),
    // Arguments reach the other side without a shell in between.
    '-s',
    ...remoteOptions(other),
    '--',
    ...source.paths.map((path) => placeArgument(source.machine, path)),
    placeArgument(target.machine, target.path),
  ]
  return runWithLines({ argv }, take)
}

async function runInside(run: RsyncRun, take: TakeLine): Promise<ChildResult> {
  const { source, target } = run
  if (source.machine.kind === 'here') return runFromHere(run, take)
  const { argv, name } = sshTo(source.machine)
  const words = ['env', 'LC_ALL=C', 'TZ=UTC', 'rsync', ...rsyncOptions(run), '--', ...source.paths, target.path]
  const command = `${rootPrefix(source.machine)}${words.map(shellWord).join(' ')}`
  return runWithLines({ argv: [...argv, name, command] }, take)
}

function placeArgument(machine: Machine, path: string): string {
  return machine.kind === 'here' ? path : `${sshTo(machine).name}:${path}`
}

function remoteOptions(machine: Machine): readonly string[] {
  if (machine.kind === 'here') return []
  const rsh = sshTo(machine).argv.map(quoteForRsh).join(' ')
  return [`--rsh=${rsh}`, `--rsync-path=${rootPrefix(machine)}rsync`]
}

/** rsync splits `--rsh` at blanks itself; inside single quotes, two of them stand for one. */
function quoteForRsh(word: string): string {
  return /^[\w/.+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`
}
