import type { LockContent, LockSight } from '../../model/ledger/lock.js'

/**
 * A stack's lock: the launch template `evenkeel.lock/<stack>`, which exists at most once because its name does. None of these
 * waits for other calls, or asks whether the lock is held.
 */
export interface LockCloud {
  /**
   * Makes it, with the content's nonce as the ClientToken; `once` tries it once, for whoever leaves. Undefined: there is one
   * already, perhaps from an attempt of ours without an answer.
   */
  takeLock(
    request: { readonly stack: string; readonly content: LockContent },
    how?: 'once',
  ): Promise<LockSight | undefined>
  /** Who holds it; undefined: nobody. One reading: it may be of a moment ago. */
  readLock(stack: string): Promise<LockSight | undefined>
  /**
   * Adds a beat to exactly this lock; `once` tries it once, for whoever leaves. Its number is counted by EC2, whatever readings
   * show. Undefined: this lock is gone.
   */
  beatLock(request: { readonly id: string; readonly content: LockContent }, how?: 'once'): Promise<number | undefined>
  /** Removes exactly this lock, never one of another holder; `once` tries it once, for whoever leaves. False: it was gone already. */
  dropLock(id: string, how?: 'once'): Promise<boolean>
}
