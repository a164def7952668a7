import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { LockContent, LockHolder, ProcessFacts } from '../../model/ledger/lock.js'
import type { Liveness } from './contention.js'
import { hasEndedHere } from './ended-here.js'

/** Who this process is. */
export function thisHolder(): LockHolder {
  const facts = factsOfThis()
  return { user: userName(), host: hostname(), pid: process.pid, ...(facts && { process: facts }) }
}

/** Whether whoever holds a lock may still act; one whose run has ended does not, also while its process goes on. */
export function livenessOfLock(
  content: Pick<LockContent, 'nonce' | 'holder' | 'hasEnded'>,
  ofHolder: (holder: LockHolder) => Liveness = livenessOf,
): Liveness {
  return content.hasEnded === true || hasEndedHere(content) ? 'dead' : ofHolder(content.holder)
}

/** What this machine shows of processes. */
export interface ProcessLook {
  /** Undefined: not shown, or without the right to look. */
  readonly startTimeOf: (pid: number) => string | undefined
  /** Whether there is any process of that pid, be it hidden from this user. */
  readonly isThere: (pid: number) => boolean
}

/**
 * Whether a holder lives. Only one of this boot and of this namespace of processes can be looked for, and then it is known:
 * its pid has the start time that stands in the lock, or the process is gone. Where /proc hides the processes of others
 * (`hidepid`), one that is there and not shown may be it.
 */
export function livenessOf({ pid, process: facts }: LockHolder, look: ProcessLook = here): Liveness {
  const own = factsOfThis()
  if (!facts || !own || facts.bootId !== own.bootId || facts.pidNamespace !== own.pidNamespace) return 'unknown'
  const startTime = look.startTimeOf(pid)
  if (startTime === facts.startTime) return 'alive'
  return startTime === undefined && look.isThere(pid) ? 'unknown' : 'dead'
}

const here: ProcessLook = { startTimeOf: (pid) => startTimeOf(String(pid)), isThere }

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

/** Field 22 of /proc/PID/stat; the second field may have spaces and parentheses. Of a zombie, which acts no more, no time. */
function startTimeOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : fields[19]
  } catch {
    return undefined
  }
}

/** Signal 0 is none: the kernel only says whether it could be sent. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
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
