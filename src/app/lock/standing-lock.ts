import { livenessOfLock } from '../../executor/lock/process-facts.js'
import type { Liveness } from '../../executor/lock/contention.js'
import type { LockSight } from '../../model/ledger/lock.js'
import { keepInLedger } from './session-lock.js'
import type { Session } from '../session.js'

/** Who changes the stack now. */
export interface StackLock {
  readonly sight: LockSight
  /** Known where the holder is a process of this machine. */
  readonly liveness: Liveness
}

/** Who holds the stack's lock; undefined: nobody. */
export async function readStackLock({ ports, spec }: Session): Promise<StackLock | undefined> {
  const sight = await ports.cloud.readLock(spec.stack)
  if (!sight) return undefined
  return { sight, liveness: sight.content ? livenessOfLock(sight.content) : 'unknown' }
}

/**
 * Ends the lease of a holder by an explicit word, of exactly this one. A holder that lives finds it gone at its next beat, or
 * before it takes anything away, and stops. False: it was gone already.
 */
export async function breakStackLock({ ports, spec }: Session, { sight }: StackLock): Promise<boolean> {
  const { content, id } = sight
  // First: whoever takes the lock next reads there what that run was, and waits until it has noticed.
  if (content) await keepInLedger(ports.cloud, spec.stack, content.epoch)
  return ports.cloud.dropLock(id)
}
