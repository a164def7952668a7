import { assert } from '../core/assert.js'
import type { Address } from '../spec/address.js'
import { compareText } from './address-order.js'
import type { Impact } from './change.js'
import type { Plan } from './plan.js'
import type { Step, StepId, StepKind, StepOf } from './step.js'
import { sortedSteps } from './step-order.js'

/** What a step of a kind says beyond what all steps say. */
export type StepFields<K extends StepKind> = Omit<StepOf<K>, 'id' | 'kind' | 'address' | 'needs' | 'impact'>

export interface StepOptions {
  /** May name steps that turn out not to be planned: those are dropped at the end. */
  readonly needs?: readonly StepId[]
  readonly impact?: Impact
  /** Behind the id, where one address has two steps of a kind. */
  readonly suffix?: string
}

/** Steps that act inside a server. */
const hostSteps: ReadonlySet<StepKind> = new Set<StepKind>([
  'connect-host',
  'run-setup',
  'make-filesystem',
  'grow-filesystem',
  'mount-volume',
  'write-fstab',
  'unmount-volume',
  'copy-files',
  'run-on-change',
])

/** The id that a step of this kind has for this address: how steps name what they need, planned or not. */
export function stepId(kind: StepKind, address: Address, suffix?: string): StepId {
  return (suffix === undefined ? `${kind}:${address}` : `${kind}:${address}#${suffix}`) as StepId
}

interface Draft {
  readonly step: Step
  readonly needs: Set<StepId>
}

/** Collects the steps of a plan, in any order, and hands them out in theirs. */
export class StepGraph {
  readonly #drafts = new Map<StepId, Draft>()

  /** Plans a step and returns its id. Planning the same id twice adds the needs of the second to the first. */
  add<K extends StepKind>(kind: K, address: Address, fields: StepFields<K>, options: StepOptions = {}): StepId {
    const id = stepId(kind, address, options.suffix)
    const known = this.#drafts.get(id)
    if (known) {
      this.addNeeds(id, options.needs ?? [])
      return id
    }
    const step = { id, kind, address, needs: [], impact: options.impact ?? 'none', ...fields } as unknown as Step
    this.#drafts.set(id, { step, needs: new Set(options.needs) })
    return id
  }

  addNeeds(id: StepId, needs: Iterable<StepId>): void {
    const draft = this.#drafts.get(id)
    assert(draft, `no such step: ${id}`)
    for (const need of needs) draft.needs.add(need)
  }

  has(id: StepId): boolean {
    return this.#drafts.has(id)
  }

  get size(): number {
    return this.#drafts.size
  }

  /**
   * The steps in a stable topological order, `groupOf` saying which address a step stands with in reports.
   * `withoutHosts` (the reason) leaves out what acts inside servers; what needed such a step needs what that step needed.
   * Throws a PlanError that names the path when steps wait for one another in a circle.
   */
  finish(
    groupOf: (step: Step) => Address,
    withoutHosts: string | undefined,
  ): { readonly steps: readonly Step[]; readonly impossible: Plan['impossible'] } {
    const impossible: { id: StepId; address: Address; reason: string }[] = []
    const steps: Step[] = []
    for (const { step, needs } of this.#drafts.values()) {
      if (withoutHosts !== undefined && hostSteps.has(step.kind)) {
        impossible.push({ id: step.id, address: step.address, reason: withoutHosts })
        continue
      }
      steps.push({ ...step, needs: this.#plannedNeeds(step.id, needs, withoutHosts !== undefined) })
    }
    impossible.sort((left, right) => compareText(left.id, right.id))
    return { steps: sortedSteps(steps, groupOf), impossible }
  }

  #plannedNeeds(id: StepId, needs: ReadonlySet<StepId>, throughHosts: boolean): readonly StepId[] {
    const planned = new Set<StepId>()
    const visited = new Set<StepId>()
    const collect = (wanted: Iterable<StepId>) => {
      for (const need of wanted) {
        const draft = this.#drafts.get(need)
        if (!draft || need === id || visited.has(need)) continue
        visited.add(need)
        if (throughHosts && hostSteps.has(draft.step.kind)) collect(draft.needs)
        else planned.add(need)
      }
    }
    collect(needs)
    return [...this.#withoutImplied(planned)].sort(compareText)
  }

  /** What a need needs itself goes without saying; one level deep, which is what makes plans short to read. */
  #withoutImplied(planned: ReadonlySet<StepId>): Iterable<StepId> {
    if (planned.size < 2) return planned
    const direct = new Set(planned)
    for (const need of planned) {
      for (const implied of this.#drafts.get(need)?.needs ?? []) {
        if (implied !== need) direct.delete(implied)
      }
    }
    return direct
  }
}
