import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { ChildResult } from './child.js'
import { machineName, rootPrefix, type Machine } from './machine.js'

/** Exit status of a copy that gave up waiting for another one. Chosen as that of a guard (mount-guard.ts). */
const heldStatus = 79

/** What it says: its exit status does not always come through rsync. */
const heldMark = 'evenkeel: another copy writes there: '

/** Chosen: what a killed run has left on a server ends within seconds, or when sshd there misses its other end. */
const patienceSeconds = 60

/**
 * A command that writes to a path of a server, alone among all copies to it: what a killed run has left running there cannot
 * write beside it. It runs as root. The lock is the kernel's, and ends with the last process of the copy; a machine without
 * flock(1) has none, nor has one that is no server of the stack.
 */
export function alone(
  { machine, path }: { readonly machine: Machine; readonly path: string },
  command: string,
): string {
  if (machine.kind !== 'server') return `${rootPrefix(machine)}${command}`
  const file = `/run/evenkeel-copy-${digestOf(path)}.lock`
  const says = shellWord(`${heldMark}${machineName(machine)}:${path}`)
  const giveUp = `{ printf '%s\\n' ${says} >&2; exit ${heldStatus}; }`
  // BusyBox has no `flock -w` of old.
  const wait = `n=0; until flock -n 9; do n=$((n + 1)); [ $n -le ${patienceSeconds} ] || ${giveUp}; sleep 1; done`
  const lock = `exec 9>> ${file}; if command -v flock > /dev/null; then ${wait}; fi`
  return `${rootPrefix(machine)}sh -c ${shellWord(`${lock}; exec ${command}`)}`
}

/** Of the destination, however its path is written. */
function digestOf(path: string): string {
  const plain = posix.normalize(`${path}/`)
  return createHash('sha256').update(plain).digest('hex').slice(0, 16)
}

/** Rejects with what a copy that gave up waiting means. */
export function throwIfHeld({ exitCode, stderrTail }: ChildResult): void {
  const said = stderrTail.split('\n').find((line) => line.startsWith(heldMark))
  if (exitCode === 0 || said === undefined) return
  const [, host = '', path = ''] = /^(.*?):(.*)$/.exec(said.slice(heldMark.length)) ?? []
  throw new HostError('SYNC_HELD', `another copy has been writing to ${path} on ${host} for ${patienceSeconds} s`, {
    host,
    exitCode,
    hint: `it may be what a run has left that was cut off: look for rsync on ${host}, end it or wait for its end, then run the same command again`,
  })
}
