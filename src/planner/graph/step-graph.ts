import { assert } from '../../core/assert.js'
import { canonicalJson } from '../../core/digest.js'
import type { Address } from '../../model/address.js'
import { compareText } from '../../model/address-order.js'
import type { Impact } from '../../model/change.js'
import type { Plan } from '../../model/plan.js'
import type { Step, StepId, StepKind, StepOf } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import { placeOfKind, serversEntered } from '../../model/steps/step-kinds.js'
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

/** How a server rests for some work. */
export interface Rest {
  /** Steps that act on it from outside. */
  readonly own: readonly StepId[]
  /** Brings it to rest. */
  readonly before: StepId
  readonly work: readonly StepId[]
  /** Bring it back. */
  readonly after: readonly StepId[]
}

interface Draft {
  /** Its needs are those of the draft, once the graph is finished. */
  readonly step: Step
  /** May name a step twice, and steps that are not planned. */
  readonly needs: readonly StepId[]
}

/** Collects the steps of a plan, in any order, and hands them out in theirs. */
export class StepGraph {
  readonly #drafts = new Map<StepId, Draft>()

  /**
   * Plans a step and returns its id. The same step may be asked for twice, with the same fields: it then waits for what
   * either asked it to wait for.
   */
  add<K extends StepKind>(kind: K, address: Address, fields: StepFields<K>, options: StepOptions = {}): StepId {
    const id = stepId(kind, address, options.suffix)
    const { needs = [], impact = 'none' } = options
    const step = { id, kind, address, needs: noNeeds, impact, ...fields } as unknown as Step
    const known = this.#drafts.get(id)
    assert(!known || canonicalJson(known.step) === canonicalJson(step), `two different steps have the id ${id}`)
    this.#drafts.set(id, { step: known?.step ?? step, needs: known ? [...known.needs, ...needs] : needs })
    return id
  }

  /** The servers inside which the steps act that are planned so far, by the table of step kinds. */
  serversEntered(): ReadonlySet<Address> {
    const entered = new Set<Address>()
    for (const { step } of this.#drafts.values()) for (const server of serversEntered(step)) entered.add(server)
    return entered
  }

  /**
   * Puts what is done in a server, or is one of `own`, around work for which it rests: what waits for the work comes after
   * `after`, everything else before `before`. Tells whether anything comes after.
   */
  around(server: Address, { own, before, work, after }: Rest): boolean {
    const outside = new Set(own)
    const waits = new Map<StepId, boolean>(work.map((id) => [id, true]))
    const isWaiting = (id: StepId): boolean => {
      const known = waits.get(id)
      if (known !== undefined) return known
      // A circle is told when the graph is finished.
      waits.set(id, false)
      const found = this.#drafts.get(id)?.needs.some(isWaiting) ?? false
      waits.set(id, found)
      return found
    }
    let isEnteredAfter = false
    const first: StepId[] = []
    for (const [id, draft] of this.#drafts) {
      if (id === before || after.includes(id)) continue
      if (!outside.has(id) && !serversEntered(draft.step).includes(server)) continue
      if (isWaiting(id)) {
        isEnteredAfter = true
        this.#drafts.set(id, { ...draft, needs: [...draft.needs, ...after] })
      } else first.push(id)
    }
    const resting = this.#drafts.get(before)
    if (resting) this.#drafts.set(before, { ...resting, needs: [...resting.needs, ...first] })
    return isEnteredAfter
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
    const isLeftOut = ({ kind }: Step) => withoutHosts !== undefined && placeOfKind(kind) === 'host'
    const impossible: { id: StepId; address: Address; reason: string }[] = []
    const steps: Step[] = []
    for (const { step, needs } of this.#drafts.values()) {
      if (isLeftOut(step)) impossible.push({ id: step.id, address: step.address, reason: withoutHosts ?? '' })
      else {
        const possible = withoutHosts === undefined ? needs : this.#needsBeyond(needs, isLeftOut)
        // The draft's own object, not a copy: there may be a hundred thousand.
        steps.push(Object.assign(step, { needs: this.#plannedNeeds(step.id, possible) }))
      }
    }
    // What the drafts waited for is needed no longer, and as large as the plan.
    this.#drafts.clear()
    impossible.sort((left, right) => compareText(left.id, right.id))
    return { steps: sortedSteps(steps, groupOf), impossible }
  }

  /** The needs, with what a left-out step needs in place of that step. */
  #needsBeyond(needs: readonly StepId[], isLeftOut: (step: Step) => boolean): readonly StepId[] {
    const beyond = new Set<StepId>()
    const visited = new Set<StepId>()
    const collect = (wanted: readonly StepId[]) => {
      for (const need of wanted) {
        const draft = this.#drafts.get(need)
        if (!draft || visited.has(need)) continue
        visited.add(need)
        if (isLeftOut(draft.step)) collect(draft.needs)
        else beyond.add(need)
      }
    }
    collect(needs)
    return [...beyond]
  }

  /**
   * Sorted, without repeats, the step itself and what is not planned. Each is the text that the needed step has for an id, in
   * an array of the right size, which a filter's is not: a large plan takes a third less memory so.
   */
  #plannedNeeds(id: StepId, needs: readonly StepId[]): readonly StepId[] {
    const planned = new Set<StepId>()
    for (const need of needs) {
      const draft = need === id ? undefined : this.#drafts.get(need)
      if (draft) planned.add(draft.step.id)
    }
    return planned.size === 0 ? noNeeds : [...planned].sort(compareText)
  }
}

const noNeeds: readonly StepId[] = []
