import { shellWord } from '../core/shell-words.js'
import type { ChildResult } from './child.js'
import { alone, throwIfHeld } from './copy-lock.js'
import { runDirect } from './direct.js'
import { parseEntry } from './itemized.js'
import { isSameMachine, rootPrefix, sshTo } from './machine.js'
import { guarded, throwIfUnmounted } from './mount-guard.js'
import { runRelayed } from './relay.js'
import { runWithLines, type TakeLine } from './report-lines.js'
import { rsyncFailure } from './rsync-errors.js'
import { rsyncOptions } from './rsync-options.js'
import { pathArgument, type RsyncRun } from './rsync-run.js'
import { nearWords, serverCommand } from './server-command.js'

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
  run.signal?.throwIfAborted()
  const result = await wayOf(run)(run, take)
  run.signal?.throwIfAborted()
  throwIfUnmounted(result)
  throwIfHeld(result)
  if (result.exitCode !== 0) throw rsyncFailure(run, result)
}

type Way = (run: RsyncRun, take: TakeLine) => Promise<ChildResult>

function wayOf({ source, target, rule, dryRun }: RsyncRun): Way {
  if (isSameMachine(source.machine, target.machine)) return runInside
  if (source.machine.kind === 'here' || target.machine.kind === 'here') return runFromHere
  const isDirect = !dryRun && !rule.relayed && source.machine.kind === 'server' && target.machine.kind === 'server'
  return isDirect ? runDirect : runRelayed
}

/** In place of ssh to where rsync would have it go, its session runs our own command there. */
async function runFromHere(run: RsyncRun, take: TakeLine): Promise<ChildResult> {
  const other = run.source.machine.kind === 'here' ? run.target.machine : run.source.machine
  if (other.kind === 'here') throw new TypeError('one end must be on another machine')
  const { argv, name } = sshTo(other)
  const session = `exec ${[...argv, name, await serverCommand(run)].map(shellWord).join(' ')}`
  const rsh = `--rsh=sh -c ${quoteForRsh(session)}`
  return runWithLines({ argv: ['rsync', ...rsyncOptions(run), rsh, '--', ...nearWords(run)], signal: run.signal }, take)
}

async function runInside(run: RsyncRun, take: TakeLine): Promise<ChildResult> {
  const { source, target } = run
  const paths = [...source.paths, target.path].map(pathArgument)
  const words = ['rsync', ...rsyncOptions(run), '--', ...paths]
  if (source.machine.kind === 'here') return runWithLines({ argv: words, signal: run.signal }, take)
  const { argv, name } = sshTo(source.machine)
  const command = ['env', 'LC_ALL=C', 'TZ=UTC', 'RSYNC_PROTECT_ARGS=0', ...words].map(shellWord).join(' ')
  const asRoot = run.dryRun ? `${rootPrefix(source.machine)}${command}` : alone(target, command)
  const there = guarded([source, target], asRoot)
  return runWithLines({ argv: [...argv, name, there], signal: run.signal }, take)
}

/** rsync splits `--rsh` at blanks itself; inside single quotes, two of them stand for one (do_cmd in main.c). */
function quoteForRsh(word: string): string {
  return `'${word.replaceAll("'", "''")}'`
}
