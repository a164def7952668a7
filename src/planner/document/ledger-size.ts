import { ledgerPartBytesMax, ledgerPartsMax } from '../../model/ledger/ledger-room.js'
import type { PlannedLedger } from '../../model/plan.js'
import type { Problem } from '../../model/plan-problem.js'

/** Measured: gzip makes 0.68 bytes of each letter of names that have nothing in common; an entry has four more around it. */
const bytesOf = (stem: string) => 4 + 0.75 * stem.length

/** Measured: a wish with two random ids. */
const bytesOfWish = 90

/** Why the ledger has no room for these addresses and so many wishes, before anything is made; undefined when it has. */
export function ledgerProblem(
  stack: string,
  { before, after, wishes }: PlannedLedger,
  room: number = ledgerPartsMax * ledgerPartBytesMax,
): Problem | undefined {
  // Members of a count are one entry.
  const stems = new Set([...before, ...after].map((address) => address.replace(/\[\d+\]$/, '')))
  let bytes = (wishes?.open.length ?? 0) * bytesOfWish
  for (const stem of stems) bytes += bytesOf(stem)
  if (bytes <= room) return undefined
  const message = `${stack} has ${stems.size} different names, and its ledger has no room for them`
  const hint = 'give servers of one kind one entry with `count`, or split the stack'
  return { severity: 'error', scope: 'plan', code: 'PLAN_STACK_TOO_LARGE', address: undefined, message, hint }
}
