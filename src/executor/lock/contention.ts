import type { LockSight } from '../../model/ledger/lock.js'
import type { LockTimes } from './lock-times.js'

/** Whether the process that holds a lock lives, where that can be known: on the machine that looks. */
export type Liveness = 'alive' | 'dead' | 'unknown'

/** What a challenger remembers between two looks. All times are of its own clock. */
export interface Contention {
  /** The lock that it watches, and since when it has seen it with this beat. */
  readonly watched?: { readonly id: string; readonly beat: number; readonly sinceMs: number }
}

/** What a challenger does next. */
export type Move =
  /** Nobody holds it: make it. */
  | { readonly kind: 'take' }
  | { readonly kind: 'look-again'; readonly because: 'alive' | 'silent' }
  /** Its holder is dead (`proof`), or has been silent for a whole lease. */
  | { readonly kind: 'take-over'; readonly proof: boolean }
  /** Its holder lives, and there is no patience left; or nobody can say what it is. */
  | { readonly kind: 'refuse' }

export interface Look {
  readonly sight: LockSight | undefined
  readonly liveness: Liveness
  readonly nowMs: number
  /** Whether a holder that lives is waited for no longer. */
  readonly isPatienceOver: boolean
}

/**
 * What a look at the lock means to a challenger. It compares nothing with the holder's clock: a beat that does not change for
 * a whole lease of its own says that the holder has stopped, since that one stops earlier by its own clock.
 */
export function contend(
  { watched }: Contention,
  { sight, liveness, nowMs, isPatienceOver }: Look,
  { leaseMs }: Pick<LockTimes, 'leaseMs'>,
): { readonly next: Contention; readonly move: Move } {
  if (sight === undefined) return { next: {}, move: { kind: 'take' } }
  const { id, beat } = sight
  if (liveness === 'dead') return { next: {}, move: { kind: 'take-over', proof: true } }
  const isUnchanged = watched?.id === id && watched.beat === beat
  const next = isUnchanged ? { watched } : { watched: { id, beat, sinceMs: nowMs } }
  // A first look proves nothing: somebody may have left it behind.
  const hasMoved = watched !== undefined && !isUnchanged
  if (liveness === 'alive' || hasMoved) {
    return { next, move: isPatienceOver ? { kind: 'refuse' } : { kind: 'look-again', because: 'alive' } }
  }
  if (!isUnchanged || nowMs - watched.sinceMs < leaseMs)
    return { next, move: { kind: 'look-again', because: 'silent' } }
  return { next, move: sight.content ? { kind: 'take-over', proof: false } : { kind: 'refuse' } }
}
