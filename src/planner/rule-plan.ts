import { parseAddress, type Address } from '../model/address.js'
import { sortedAddresses } from '../model/address-order.js'
import type { Plan, PlannedWishes } from '../model/plan.js'
import type { Step, StepId } from '../model/steps/step.js'
import { sortedWishes, type Wish } from '../model/ledger/wish.js'

/**
 * The part of a plan that does some sync rules, and nothing else; or, where a rule waits for something that only an apply
 * of everything does, the steps that it waits for.
 */
export function planOfRules(
  plan: Plan,
  rules: readonly Address[],
): { readonly kind: 'plan'; readonly plan: Plan } | { readonly kind: 'waits'; readonly steps: readonly StepId[] } {
  const asked = new Set(rules)
  const isOfRules = ({ address }: { readonly address: Address }) => asked.has(address)
  // What another rule would bring first is left to that rule.
  const isOfOtherRule = (step: Step | undefined) =>
    step !== undefined && parseAddress(step.address)?.kind === 'sync' && !isOfRules(step)
  const byId = new Map(plan.steps.map((step) => [step.id, step]))
  const wanted = new Set<Step>()
  const add = (step: Step | undefined) => {
    if (!step || wanted.has(step)) return
    wanted.add(step)
    for (const need of step.needs) if (!isOfOtherRule(byId.get(need))) add(byId.get(need))
  }
  for (const step of plan.steps) if (isOfRules(step)) add(step)
  const foreign = [...wanted].filter((step) => !isOfRules(step) && step.kind !== 'connect-host')
  if (foreign.length > 0) return { kind: 'waits', steps: foreign.map(({ id }) => id) }
  const { before, wishes } = plan.ledger
  const after = new Set(plan.ledger.after)
  const copied = rules.filter((rule) => after.has(rule))
  const unreadable = plan.unreadable.filter(isOfRules)
  const { rolls: _rolls, ...whole } = plan
  return {
    kind: 'plan',
    plan: {
      ...whole,
      isPart: true,
      complete: unreadable.length === 0,
      changes: plan.changes.filter(isOfRules),
      steps: plan.steps
        .filter((step) => wanted.has(step))
        .map((step) => ({ ...step, needs: step.needs.filter((need) => !isOfOtherRule(byId.get(need))) })),
      problems: plan.problems.filter(({ address }) => address !== undefined && asked.has(address)),
      applyable: plan.problems.every(
        ({ severity, address }) => severity !== 'error' || address === undefined || !asked.has(address),
      ),
      unreadable,
      impossible: plan.impossible.filter(isOfRules),
      // A stack that nothing was applied to yet has no ledger, and a copy alone makes none.
      ledger: {
        ...plan.ledger,
        after: before.length === 0 ? before : sortedAddresses(new Set([...before, ...copied])),
        ...(wishes && { wishes: { before: wishes.before, open: wishesOf(wishes, isOfRules) } }),
      },
    },
  }
}

/** Those of some addresses as planned; of all others, as they are. */
export function wishesOf({ before, open }: PlannedWishes, isOfThese: (wish: Wish) => boolean): readonly Wish[] {
  return sortedWishes([...open.filter(isOfThese), ...before.filter((wish) => !isOfThese(wish))])
}
