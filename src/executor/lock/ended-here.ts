import type { LockContent } from '../../model/ledger/lock.js'

const nonces = new Set<string>()

/** Notes that this process does not hold a lock any more, whether or not EC2 has heard of it: it lives on, and acts under it no more. */
export function noteEnded({ nonce }: Pick<LockContent, 'nonce'>): void {
  nonces.add(nonce)
}

/** Whether that was noted. False says nothing: another thread of this process may hold it. */
export function hasEndedHere({ nonce }: Pick<LockContent, 'nonce'>): boolean {
  return nonces.has(nonce)
}
