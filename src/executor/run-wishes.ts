import type { Address } from '../model/address.js'
import type { PlannedWishes } from '../model/plan.js'
import type { Step } from '../model/steps/step.js'
import type { FollowUpWish, Wish } from '../model/ledger/wish.js'
import type { Outcome } from './outcome.js'

type OutcomeOf = (step: Step) => Outcome | undefined

/**
 * What is not done when the steps have ended. A restore is done when the volume is made, or gone with everything; what nothing
 * was planned for stays. Of a rule stays what did not happen after a copy that changed something, or was owed before.
 */
export function wishesAfter(
  { before, open }: PlannedWishes,
  steps: readonly Step[],
  outcomeOf: OutcomeOf,
): readonly Wish[] {
  const wished = new Set(open.map(({ address }) => address))
  const planned = new Map<Address, Step[]>()
  for (const step of steps) {
    if (!wished.has(step.address)) continue
    const own = planned.get(step.address)
    if (own) own.push(step)
    else planned.set(step.address, [step])
  }
  const owed = new Map(before.map((wish) => [wish.address, wish]))
  return open.flatMap((wish) => {
    const own = planned.get(wish.address)
    if (!own) return wish
    if (wish.kind === 'restore') {
      const end = own.find(({ kind }) => kind === 'create-volume') ?? own.find(({ kind }) => kind === 'delete-volume')
      return end && isWell(outcomeOf(end)) ? [] : wish
    }
    const was = owed.get(wish.address)
    return owedAfter(wish, was?.kind === 'follow-up' ? was : undefined, own, outcomeOf) ?? []
  })
}

function owedAfter(
  wish: FollowUpWish,
  was: FollowUpWish | undefined,
  steps: readonly Step[],
  outcomeOf: OutcomeOf,
): FollowUpWish | undefined {
  const outcome = (kind: Step['kind']) => {
    const step = steps.find((own) => own.kind === kind)
    return step && (outcomeOf(step) ?? { kind: 'cancelled' as const })
  }
  const [copy, command, health] = [outcome('copy-files'), outcome('run-on-change'), outcome('check-health')]
  // Whether a copy that failed changed something is not known; one that was never begun has not.
  const hasCopied = copy?.kind === 'done' || copy?.kind === 'failed'
  if (command && !isWell(command) && (hasCopied || was?.owes === 'command')) return { ...wish, owes: 'command' }
  if (!health || isWell(health)) return undefined
  return hasCopied || was || health.kind === 'failed' || isRun(command) ? { ...wish, owes: 'health' } : undefined
}

function isWell(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'done' || outcome?.kind === 'unchanged'
}

function isRun(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'done'
}
