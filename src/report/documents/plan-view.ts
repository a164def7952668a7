import type { ChangeKind, DiffValue, Impact } from '../../model/change.js'
import { impacts } from '../../model/change.js'
import type { PlanPlace } from '../../model/stacks/plan-place.js'
import { flag, listOf, maybe, membersOf, number, oneOf, text, type Shape } from './shape.js'

/** What `plan --json` says, as far as pages and graphs show it. */
export interface PlanView {
  readonly stack: string
  readonly place?: PlaceView | undefined
  readonly complete: boolean
  readonly applyable: boolean
  readonly changes: readonly ChangeView[]
  readonly steps: readonly StepView[]
  readonly problems: readonly ProblemView[]
  readonly unreadable: readonly { readonly address: string; readonly reason: string }[]
  readonly impossible: readonly { readonly id: string; readonly reason: string }[]
}

/** Where it was planned, and what it would record as applied. */
export interface PlaceView {
  readonly target: PlanPlace['target']
  readonly region?: string | undefined
  readonly account?: string | undefined
  readonly revision?: string | undefined
}

export interface ChangeView {
  readonly address: string
  readonly kind: ChangeKind
  readonly server?: string | undefined
  readonly reason: string
  readonly impact: Impact
  readonly diffs: readonly DiffView[]
}

export interface DiffView {
  readonly path: string
  readonly before: DiffValue
  readonly after: DiffValue
  readonly cause?: string | undefined
  readonly left?: string | undefined
  readonly forcesReplacement?: string | undefined
}

export interface StepView {
  readonly id: string
  readonly kind: string
  readonly address: string
  /** Those that go without saying are left out. */
  readonly needs: readonly string[]
  readonly impact: Impact
}

export interface ProblemView {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly address?: string | undefined
  readonly hint?: string | undefined
  readonly location?: { readonly file: string; readonly line: number; readonly column: number } | undefined
}

const changeKinds = ['create', 'update', 'replace', 'remove', 'adopt', 'none'] as const

const value: Shape<DiffValue> = (found, at, say) => {
  if (found === undefined) return null
  if (found === null || typeof found !== 'object') return found as DiffValue
  return Array.isArray(found) ? listOf(text)(found, at, say) : text(found, at, say)
}

/** One property that differs, in a plan or in a drift report. */
export const diffView: Shape<DiffView> = membersOf({
  path: text,
  before: value,
  after: value,
  cause: maybe(text),
  left: maybe(text),
  forcesReplacement: maybe(text),
})

/** What is to be known before anybody says yes. */
export const problemView: Shape<ProblemView> = membersOf({
  severity: oneOf(['error', 'warning']),
  code: text,
  message: text,
  address: maybe(text),
  hint: maybe(text),
  location: maybe(membersOf({ file: text, line: number, column: number })),
})

export const placeView: Shape<PlaceView> = membersOf({
  target: oneOf(['sandbox', 'ec2']),
  region: maybe(text),
  account: maybe(text),
  revision: maybe(text),
})

/** What could not be read, and why. */
export const unreadableView = membersOf({ address: text, reason: text })

/** What the target cannot carry out. */
export const impossibleView = membersOf({ id: text, reason: text })

export const planView: Shape<PlanView> = membersOf({
  stack: text,
  place: maybe(placeView),
  complete: flag,
  applyable: flag,
  changes: listOf<ChangeView>(
    membersOf({
      address: text,
      kind: oneOf(changeKinds),
      server: maybe(text),
      reason: text,
      impact: oneOf(impacts),
      diffs: listOf(diffView),
    }),
  ),
  steps: listOf<StepView>(
    membersOf({ id: text, kind: text, address: text, needs: listOf(text), impact: oneOf(impacts) }),
  ),
  problems: listOf(problemView),
  unreadable: listOf(unreadableView),
  impossible: listOf(impossibleView),
})
