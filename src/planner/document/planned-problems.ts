import type { Address } from '../../model/address.js'
import { compareText, sortedAddresses } from '../../model/address-order.js'
import type { Unreadable } from '../../model/live-stack.js'
import type { Problem } from '../../model/plan-problem.js'
import type { PlannedLedger } from '../../model/plan.js'
import { ledgerProblem } from './ledger-size.js'
import { doubtedVolumeProblems } from './doubted-volumes.js'
import { scheduledEventProblems } from './scheduled-events.js'
import { warningOf, type Decided } from '../decide/decided.js'
import type { World } from '../world.js'

/** What the plan could not read, with the reason, by address: what was tried at all, and what decisions wanted to know. */
export function unreadableIn({ live }: World, decided: readonly Decided[]): readonly Unreadable[] {
  const unread = new Map(live.unreadable)
  for (const decision of decided) for (const [address, reason] of decision.unread ?? []) unread.set(address, reason)
  return sortedAddresses(unread.keys()).map((address) => ({ address, reason: unread.get(address) ?? '' }))
}

/** What people must know, sorted: what decisions say, and which servers' insides were wanted and could not be read. */
export function plannedProblems(
  { live, wishes }: World,
  decided: readonly Decided[],
  ledger: PlannedLedger,
): readonly Problem[] {
  const wanted = new Map<Address, string>()
  for (const decision of decided) for (const [address, reason] of decision.unread ?? []) wanted.set(address, reason)
  const insides = [...wanted].flatMap(([address, reason]): readonly Problem[] => {
    const facts = live.stack.hosts[address]
    if (facts?.kind !== 'unreadable') return []
    return [warningOf(address, 'PLAN_UNREADABLE', `the inside of ${address} could not be read: ${reason}`, facts.hint)]
  })
  const own = ledgerProblem(live.stack.stack, ledger) ?? []
  const events = [...scheduledEventProblems(live.stack), ...doubtedVolumeProblems(live.stack)]
  const problems = [...decided.flatMap((decision) => decision.problems), ...wishes.problems, ...insides, ...events]
  return sortedProblems(problems.concat(own))
}

function sortedProblems(problems: readonly Problem[]): readonly Problem[] {
  const keyOf = ({ severity, address, code, message }: Problem) => `${severity} ${address ?? ''} ${code} ${message}`
  return problems
    .map((problem) => ({ problem, key: keyOf(problem) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ problem }) => problem)
}
