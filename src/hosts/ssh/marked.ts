import { randomBytes } from 'node:crypto'
import type ssh2 from 'ssh2'
import { systemClock } from '../../core/clock.js'
import { shellCommand } from '../../core/shell-words.js'
import type { SshSession } from './ssh-session.js'

/** What a command has in its environment so that it is found again: no process more, and nothing in its arguments. */
export function newMark(): string {
  return randomBytes(8).toString('hex')
}

/** `NAME=value`, for env(1). */
export function variableOf(mark: string): string {
  return `EVENKEEL_EXEC=${mark}`
}

/**
 * Sends a signal to the marked command and to what it has started: sshd gives each command a process group. Its own way
 * to pass signals on came with OpenSSH 7.9, and ends with the command's input.
 */
export async function signalMarked(session: SshSession, mark: string, signal: 'INT' | 'TERM'): Promise<void> {
  const run = (channel: ssh2.ClientChannel) => {
    channel.end()
    return untilClosed(channel)
  }
  await session.withChannel(asRoot(`${signalGroups(mark)}signal ${signal}`), run).catch(() => undefined)
}

/** What ends a marked command on the server when this process is gone. */
export interface Guard {
  /** The command has ended by itself: what it has left in the background stays. */
  over(): Promise<void>
  /** Nobody wants the command any more: it is ended now. */
  abandon(): Promise<void>
}

/**
 * Guards a marked command that is about to be started: sshd leaves a command without a terminal alone when its connection
 * ends. What waits for that is a command of its own on the same connection, asked for before the one that it is for: the end
 * of its input without a word is the end of this process.
 */
export function guardMarked(session: SshSession, mark: string): Guard {
  let release = (_word: string) => {}
  const word = new Promise<string>((resolve) => (release = resolve))
  const run = async (channel: ssh2.ClientChannel) => {
    const closed = untilClosed(channel)
    void word.then((text) => channel.end(text))
    await closed
  }
  const ended = session
    .withChannel(asRoot(`exec > /dev/null 2>&1\nread -r word && exit 0\n${endGroups(mark)}`), run)
    .catch(() => undefined)
  return {
    async over() {
      release('over\n')
      // A connection that ends before the word is read would end what stays.
      await ended
    },
    async abandon() {
      release('')
      await Promise.race([ended, systemClock.sleep(untilAbandonedMs)])
    },
  }
}

/** Chosen: it goes on by itself, should we leave before; a moment shows that the server has heard of it. */
const untilAbandonedMs = 200

/** Politely, and then so that nothing of it is left; `nohup` ignores the first alone. */
function endGroups(mark: string): string {
  const turns = ['HUP', 'TERM', 'KILL'].map((signal) => `signal ${signal}`)
  return `${signalGroups(mark)}${turns.join(`; sleep ${secondsBetweenSignals}; `)}`
}

/** Chosen: what ends by itself does so at once. */
const secondsBetweenSignals = 3

/** Defines `signal NAME` for the process groups in which something has the mark. */
function signalGroups(mark: string): string {
  return `signal() {
  groups=
  # In brackets, as sudo puts the words of this script into its own environment.
  for file in $(grep -ls '[${mark.slice(0, 1)}]${mark.slice(1)}' /proc/[0-9]*/environ); do
    pid=\${file%/environ}; pid=\${pid#/proc/}
    # The fifth field of stat, behind a name that may hold anything.
    group=$(sed 's/.*) . [0-9]* \\([0-9]*\\) .*/\\1/' "/proc/$pid/stat" 2> /dev/null) && groups="$groups $group"
  done
  for group in $(printf '%s\\n' $groups | sort -u); do kill -s "$1" -- "-$group"; done
}
`
}

/** As root where that is allowed, since the command may be sudo. */
function asRoot(script: string): string {
  const choose = 'if sudo -n true 2> /dev/null; then exec sudo -n sh -c "$1"; else exec sh -c "$1"; fi'
  return shellCommand(['sh', '-c', choose, 'sh', script])
}

function untilClosed(channel: ssh2.ClientChannel): Promise<void> {
  channel.on('error', () => {})
  channel.resume()
  channel.stderr.resume()
  return new Promise((resolve) => void channel.on('close', () => resolve()))
}
