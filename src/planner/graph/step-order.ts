import TinyQueue from 'tinyqueue'
import { PlanError } from '../../core/errors.js'
import type { Address } from '../../model/address.js'
import { addressSortKey, compareText } from '../../model/address-order.js'
import type { Step, StepId } from '../../model/steps/step.js'

/**
 * The steps in topological order: Kahn's algorithm, and of the steps that are ready always the one that stands first by
 * group (a server with its volumes and rules), then address, then the order in which it was planned. The same steps in
 * any other order give the same list.
 */
export function sortedSteps(steps: readonly Step[], groupOf: (step: Step) => Address): readonly Step[] {
  const ranked = rank(steps, groupOf)
  const positions = new Map<StepId, number>(ranked.map((step, position) => [step.id, position]))
  const waiting = new Int32Array(ranked.length)
  const dependents: number[][] = ranked.map(() => [])
  ranked.forEach((step, position) => {
    for (const need of step.needs) {
      const needed = positions.get(need)
      if (needed === undefined) continue
      waiting[position] = (waiting[position] ?? 0) + 1
      dependents[needed]?.push(position)
    }
  })
  const ready = new TinyQueue<number>()
  waiting.forEach((count, position) => {
    if (count === 0) ready.push(position)
  })
  const sorted: Step[] = []
  for (let position = ready.pop(); position !== undefined; position = ready.pop()) {
    const step = ranked[position]
    if (step) sorted.push(step)
    for (const dependent of dependents[position] ?? []) {
      const left = (waiting[dependent] ?? 0) - 1
      waiting[dependent] = left
      if (left === 0) ready.push(dependent)
    }
  }
  if (sorted.length < ranked.length) throw cycleError(ranked.filter((_step, position) => (waiting[position] ?? 0) > 0))
  return sorted
}

function rank(steps: readonly Step[], groupOf: (step: Step) => Address): readonly Step[] {
  const keys = new Map<Address, string>()
  const keyOf = (address: Address) => {
    let key = keys.get(address)
    if (key === undefined) {
      key = addressSortKey(address)
      keys.set(address, key)
    }
    return key
  }
  return steps
    .map((step, planned) => ({ step, planned, group: keyOf(groupOf(step)), own: keyOf(step.address) }))
    .sort(
      (left, right) =>
        compareText(left.group, right.group) || compareText(left.own, right.own) || left.planned - right.planned,
    )
    .map(({ step }) => step)
}

/** Every step left over needs another one that is left over, so following first needs must come round. */
function cycleError(left: readonly Step[]): PlanError {
  const byId = new Map(left.map((step) => [step.id, step]))
  const path: Step[] = []
  let step = left[0]
  while (step && !path.includes(step)) {
    path.push(step)
    step = step.needs.map((need) => byId.get(need)).find((needed) => needed !== undefined)
  }
  const circle = step ? [...path.slice(path.indexOf(step)), step] : path
  const text = circle.map(({ id }) => id).join(' needs ')
  return new PlanError('PLAN_CYCLE', `these steps wait for one another: ${text}`, [
    ...new Set(circle.map(({ address }) => address)),
  ])
}
