import {
  diffView,
  impossibleView,
  placeView,
  problemView,
  unreadableView,
  type DiffView,
  type PlanView,
  type ProblemView,
} from './plan-view.js'
import { listOf, maybe, membersOf, oneOf, text, type Shape } from './shape.js'

/** What `drift --json` says. */
export interface DriftView extends Pick<PlanView, 'stack' | 'place' | 'unreadable' | 'impossible'> {
  readonly status: (typeof driftStatuses)[number]
  /** From what was applied to what is live. */
  readonly drifted: readonly DriftEntryView[]
  /** From what is live to what the file asks for. */
  readonly pending: readonly DriftEntryView[]
  readonly problems: readonly ProblemView[]
}

export interface DriftEntryView {
  readonly address: string
  readonly diffs: readonly DiffView[]
  readonly reason?: string | undefined
}

const driftStatuses = ['in-sync', 'drift', 'pending', 'unknown', 'error'] as const

const entries: Shape<readonly DriftEntryView[]> = listOf(
  membersOf({ address: text, diffs: listOf(diffView), reason: maybe(text) }),
)

export const driftView: Shape<DriftView> = membersOf({
  stack: text,
  place: maybe(placeView),
  status: oneOf(driftStatuses),
  drifted: entries,
  pending: entries,
  unreadable: listOf(unreadableView),
  problems: listOf(problemView),
  impossible: listOf(impossibleView),
})
