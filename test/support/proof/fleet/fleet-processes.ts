import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dyingWithParent } from '../../dies-with-parent.js'
import { cleanEnvironment, mainPath } from '../../evenkeel.js'

/** A worker as a process of its own, in a namespace of its own, so that others cannot look whether it lives, as on another machine. */
export interface FleetProcess {
  readonly isAlive: () => boolean
  readonly said: () => string
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<number | null>
}

export function startFleetProcess(
  words: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly isElsewhere: boolean },
): FleetProcess {
  const command = [process.execPath, mainPath, 'fleet', 'worker', ...words]
  const [program, args] = dyingWithParent(
    options.isElsewhere ? ['unshare', '--pid', '--fork', '--kill-child', ...command] : command,
  )
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    isAlive: () => child.exitCode === null && child.signalCode === null,
    said: () => said,
    kill(signal) {
      const pid = options.isElsewhere ? childOf(child) : child.pid
      if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      try {
        process.kill(pid, signal)
      } catch {
        // It has ended in this moment.
      }
    },
    ended,
  }
}

/** What `unshare` has forked; undefined where it has not yet. */
function childOf({ pid }: ChildProcess): number | undefined {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
    return first ? Number(first) : pid
  } catch {
    return undefined
  }
}
