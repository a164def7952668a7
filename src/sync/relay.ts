import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { drawnLineReader } from '../core/line-reader.js'
import { shellWord } from '../core/shell-words.js'
import { endOfChild, endWhenAborted, startChild, type ChildResult } from './child.js'
import { rootPrefix, sshTo, type Machine } from './machine.js'
import type { TakeLine } from './report-lines.js'
import { guarded } from './mount-guard.js'
import { rsyncOptions } from './rsync-options.js'
import type { RsyncRun } from './rsync-run.js'
import { nearWords, serverCommand } from './server-command.js'

const tailBytes = 8192

/**
 * Runs rsync on the source's machine, with its other half on the destination's, and passes what they say to one another
 * through this machine. Nothing is stored on the way, no key and no port is needed: each half is reached by a connection
 * from here. In place of ssh the source's rsync starts two `cat`, which are its session's own standard streams.
 */
export async function runRelayed(run: RsyncRun, take: TakeLine): Promise<ChildResult> {
  const { source, target } = run
  const atTarget = await serverCommand(run)
  const streams = `sh -c 'exec 5<&0; cat <&5 >&4 & exec cat <&3' relay`
  const words = ['rsync', ...rsyncOptions(run), `--rsh=${streams}`, '--', ...nearWords(run)]
  const script = `LC_ALL=C TZ=UTC RSYNC_PROTECT_ARGS=0; export LC_ALL TZ RSYNC_PROTECT_ARGS; exec 3<&0 4>&1 1>&2; exec ${words.map(shellWord).join(' ')}`
  const near = start(source.machine, guarded([source], `${rootPrefix(source.machine)}sh -c ${shellWord(script)}`))
  const far = start(target.machine, atTarget)
  for (const half of [near, far]) endWhenAborted(half, run.signal)
  near.stdout.pipe(far.stdin)
  far.stdout.pipe(near.stdin)
  let said = ''
  const report = drawnLineReader((line) => {
    if (!take(line)) said = `${said}${line}\n`.slice(-tailBytes)
  })
  near.stderr.on('data', report.write)
  const [nearEnd, farEnd] = await Promise.all([endOfChild(near), endOfChild(far)])
  report.end()
  const stderrTail = `${farEnd.stderrTail}\n${said}`.trim().slice(-tailBytes)
  return { exitCode: nearEnd.exitCode === 0 ? farEnd.exitCode : nearEnd.exitCode, stderrTail }
}

function start(machine: Machine, command: string): ChildProcessWithoutNullStreams {
  if (machine.kind === 'here') throw new TypeError('a relay joins two other machines')
  const { argv, name } = sshTo(machine)
  return startChild([...argv, name, command])
}
