import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { LockContent, LockHolder, ProcessFacts } from '../../model/ledger/lock.js'
import type { Liveness } from './contention.js'

/** Who this process is. */
export function thisHolder(): LockHolder {
  const facts = factsOfThis()
  return { user: userName(), host: hostname(), pid: process.pid, ...(facts && { process: facts }) }
}

/** Whether whoever holds a lock may still act; one whose run has ended does not, also while its process goes on. */
export function livenessOfLock(
  { holder, hasEnded }: Pick<LockContent, 'holder' | 'hasEnded'>,
  ofHolder: (holder: LockHolder) => Liveness = livenessOf,
): Liveness {
  return hasEnded === true ? 'dead' : ofHolder(holder)
}

/**
 * Whether a holder lives. Only one of this boot and of this namespace of processes can be looked for, and then it is known:
 * its pid has the start time that stands in the lock, or the process is gone.
 */
export function livenessOf({ pid, process: facts }: LockHolder): Liveness {
  const here = factsOfThis()
  if (!facts || !here || facts.bootId !== here.bootId || facts.pidNamespace !== here.pidNamespace) return 'unknown'
  return startTimeOf(String(pid)) === facts.startTime ? 'alive' : 'dead'
}

/** Undefined where the system has no such files. */
function factsOfThis(): ProcessFacts | undefined {
  try {
    const startTime = startTimeOf('self')
    if (startTime === undefined) return undefined
    return {
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      pidNamespace: readlinkSync('/proc/self/ns/pid'),
      startTime,
    }
  } catch {
    return undefined
  }
}

/** Field 22 of /proc/PID/stat; the second field may have spaces and parentheses. Undefined: no such process, or it is a zombie. */
function startTimeOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user may have no entry in /etc/passwd.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
