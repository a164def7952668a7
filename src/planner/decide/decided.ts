import type { Address } from '../../model/address.js'
import type { ChangeKind, Diff, Impact } from '../../model/change.js'
import type { Problem } from '../../model/plan-problem.js'
import type { StepKind } from '../../model/steps/step.js'
import type { Code } from '../../core/codes.js'

/** A change as far as its resource goes; the impacts of its steps count too. */
export interface DraftChange {
  readonly address: Address
  readonly kind: ChangeKind
  readonly reason: string
  readonly diffs: readonly Diff[]
  /** At least this. */
  readonly impact?: Impact
}

/**
 * What every decision says beside what it decides: the change for people, by which no code decides, and what people must
 * know. Each kind of resource has a closed union of its own on top, with a literal `kind` out of `DecisionKind`.
 */
export interface Decided {
  readonly kind: DecisionKind
  readonly address: Address
  readonly change: DraftChange
  readonly problems: readonly Problem[]
  /** What the plan wanted to know for it and could not, by address, with the reason. */
  readonly unread?: ReadonlyMap<Address, string>
  /** Steps that are not even decided, because nothing can be done inside servers here. */
  readonly impossible?: readonly StepKind[]
}

/**
 * `keep`: it is as the file says. `leave`: nothing is done with it, although something may differ: it could not be read, what
 * it stands on cannot be planned, or it is not possible here. `refuse`: an error stands in the way.
 */
export type DecisionKind = 'keep' | 'create' | 'update' | 'replace' | 'adopt' | 'swap' | 'remove' | 'leave' | 'refuse'

/** An error stands in the way: nothing is planned for the address, nor for what stands on it. */
export interface Refuse extends Decided {
  readonly kind: 'refuse'
}

/** Nothing is done with it, and nothing is planned that stands on it. */
export interface Leave extends Decided {
  readonly kind: 'leave'
}

/** Why something is replaced that could stay. */
export const replaceAsked = 'a replacement is asked for by --replace'

/** An error that keeps the whole plan from being applied. */
export function refuse(address: Address, code: Code, message: string, hint?: string): Refuse {
  return refused(address, [errorOf(address, code, message, hint)])
}

/** An error about somebody else's resource: that address is out of the plan, and everything else can go on. */
export function refuseAlone(address: Address, code: Code, message: string, hint?: string): Refuse {
  return refused(address, [{ ...errorOf(address, code, message, hint), scope: 'address' }])
}

/** A refusal for several reasons, the first of which is told in the change. */
export function refused(address: Address, problems: readonly Problem[]): Refuse {
  const reason = problems.find(({ severity }) => severity === 'error')?.message ?? ''
  return { kind: 'refuse', address, change: unchanged(address, reason), problems }
}

export function leave(address: Address, reason: string, problems: readonly Problem[] = []): Leave {
  return { kind: 'leave', address, change: unchanged(address, reason), problems }
}

/** The change of what stays as it is; a reason says why where something differs all the same. */
export function unchanged(address: Address, reason = ''): DraftChange {
  return { address, kind: 'none', reason, diffs: [] }
}

export function errorOf(address: Address, code: Code, message: string, hint?: string): Problem {
  return { severity: 'error', scope: 'plan', code, address, message, hint }
}

export function warningOf(address: Address, code: Code, message: string, hint?: string): Problem {
  return { severity: 'warning', scope: 'address', code, address, message, hint }
}

/** The same problem, about one word of the entry in the stack file. */
export function inEntry(problem: Problem, ...path: readonly (string | number)[]): Problem {
  return { ...problem, path }
}

/** The same refusal, about one word of the entry in the stack file. */
export function refusedIn(refusal: Refuse, ...path: readonly (string | number)[]): Refuse {
  return { ...refusal, problems: refusal.problems.map((problem) => inEntry(problem, ...path)) }
}

/** Whether nothing is planned for the address, nor for what stands on it. */
export function isHeld({ kind }: Pick<Decided, 'kind'>): boolean {
  return kind === 'refuse' || kind === 'leave'
}
