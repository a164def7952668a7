import { randomBytes } from 'node:crypto'
import type ssh2 from 'ssh2'
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
 * to pass signals on came with OpenSSH 7.9, and ends with the command's input. As root where that is allowed, since the
 * command may be sudo.
 */
export async function signalMarked(session: SshSession, mark: string, signal: 'INT' | 'TERM'): Promise<void> {
  const script = `for file in $(grep -ls ${variableOf(mark)} /proc/[0-9]*/environ); do
  pid=\${file%/environ}; pid=\${pid#/proc/}
  # The fifth field of stat, behind a name that may hold anything.
  group=$(sed 's/.*) . [0-9]* \\([0-9]*\\) .*/\\1/' "/proc/$pid/stat" 2> /dev/null) && groups="$groups $group"
done
for group in $(printf '%s\\n' $groups | sort -u); do kill -s ${signal} -- "-$group"; done`
  const argv = [
    'sh',
    '-c',
    'if sudo -n true 2> /dev/null; then exec sudo -n sh -c "$1"; else exec sh -c "$1"; fi',
    'sh',
    script,
  ]
  const run = (channel: ssh2.ClientChannel) =>
    new Promise<void>((resolve) => {
      channel.on('close', () => resolve())
      channel.on('error', () => {})
      channel.resume()
      channel.stderr.resume()
      channel.end()
    })
  await session.withChannel(shellCommand(argv), run).catch(() => undefined)
}
