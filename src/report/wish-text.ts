import type { Wish } from '../model/ledger/wish.js'
import { legible } from './legible.js'

/** What was asked for, or a copy has brought about, and is not done. */
export function wishText(wish: Wish): string {
  if (wish.kind === 'restore') {
    const of = wish.checkpoint === undefined ? '' : `, of the checkpoint ${wish.checkpoint}`
    return legible(`${wish.address} is to be restored to ${wish.snapshotId}${of}.`)
  }
  const what = wish.owes === 'command' ? 'its command is to be run' : 'its health check has not passed'
  return legible(`${wish.address} has copied, and ${what}.`)
}
