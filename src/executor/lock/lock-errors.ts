import { LockError } from '../../core/errors.js'
import { lockText, type LockSight } from '../../model/ledger/lock.js'

/** Somebody else holds it. */
export function locked(stack: string, sight: LockSight): LockError {
  return new LockError('LOCKED', `the stack ${stack} is locked by ${lockText(sight)}`, {
    hint: 'wait for it (`--lock-timeout 10m`), or look at it with `evenkeel lock show`; `evenkeel lock break` ends it by an explicit word, where that run is known to be gone',
  })
}

/** Whoever changes something has not taken it, or has given it back. */
export function notHeld(stack: string): LockError {
  return new LockError('LOCK_NOT_HELD', `this run does not hold the lock of ${stack}, and changes nothing without it`, {
    hint: 'what changes a stack through the library does so within `withLock`',
  })
}

/** EC2 said that it was made, and never showed it. */
export function uncertain(stack: string): LockError {
  return new LockError(
    'LOCK_UNCERTAIN',
    `EC2 has not shown the lock of ${stack} that was just taken, so it was given back`,
    {
      hint: 'nothing was done; run the same command again',
    },
  )
}

/** EC2 says that somebody holds it, and never shows who. */
export function hidden(stack: string): LockError {
  return new LockError('LOCKED', `the stack ${stack} is locked, and EC2 does not show by whom`, {
    hint: 'nothing was done; run the same command again in a minute, and look at `evenkeel lock show`',
  })
}

/** The lease ended by this machine's clocks: it was suspended, or EC2 could not be reached for too long. */
export function expired(stack: string, sinceMs: number): LockError {
  const seconds = Math.round(sinceMs / 1000)
  return new LockError('LOCK_LOST', `the lease of ${stack} ended: EC2 has heard nothing of this run for ${seconds} s`, {
    hint: 'nothing was changed since; the machine slept, or lost its network. Run the same command again: it goes on from there',
  })
}

/** The lock is gone, or another's. */
export function broken(stack: string, by: LockSight | undefined): LockError {
  const who = by ? `; it is held by ${lockText(by)} now` : ', by `evenkeel lock break` or by hand'
  return new LockError('LOCK_LOST', `the lock of ${stack} was taken from this run${who}`, {
    hint: 'nothing was changed since that was noticed; look at `evenkeel lock show`, then run the same command again: it goes on from there',
  })
}
