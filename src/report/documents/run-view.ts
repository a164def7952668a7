import { listOf, maybe, membersOf, number, oneOf, text, type Shape } from './shape.js'

/** A run as its journal tells it. Times are milliseconds since it began. */
export interface RunView {
  readonly stack: string
  readonly run: string
  /** ISO 8601. */
  readonly startedAt: string
  /** `unfinished`: the journal ends before the run does. */
  readonly status: 'converged' | 'partial' | 'failed' | 'cancelled' | 'unfinished'
  readonly durationMs: number
  /** How many the run was to carry out. */
  readonly planned: number
  /** In the order in which they began; those that never did come last. */
  readonly steps: readonly RunStepView[]
  readonly wasInterrupted: boolean
  readonly error?: ErrorView | undefined
}

export interface RunStepView {
  readonly id: string
  readonly kind: string
  readonly address: string
  /** Undefined: it was not begun. */
  readonly startMs: number | undefined
  /** Undefined: it was not seen to end. */
  readonly endMs: number | undefined
  readonly outcome: (typeof outcomes)[number] | undefined
  readonly by?: string | undefined
  readonly error?: ErrorView | undefined
  readonly retries: number
  /** Undefined in journals that do not say. */
  readonly needs: readonly string[] | undefined
}

export interface ErrorView {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
}

const outcomes = ['done', 'unchanged', 'failed', 'blocked', 'cancelled'] as const

const error: Shape<ErrorView> = membersOf({ code: text, message: text, hint: maybe(text) })

const time: Shape<number> = (value, at, say) => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(ms)) say(`${at} is not a time`)
  return ms
}

const started = membersOf({ time, run: text, stack: text, steps: number })
const stepStarted = membersOf({ time, step: text, kind: text, address: text, needs: maybe(listOf(text)) })
const stepFinished = membersOf({
  time,
  step: text,
  kind: text,
  address: text,
  outcome: oneOf(outcomes),
  by: maybe(text),
  error: maybe(error),
})
const result = membersOf({
  time,
  status: oneOf(['converged', 'partial', 'failed', 'cancelled']),
  error: maybe(error),
})

/** A run from the events of its journal, in their order. Events that are not known say nothing. */
export function runView(events: readonly Readonly<Record<string, unknown>>[], say: (mistake: string) => void): RunView {
  const [head, ...rest] = events
  const begin = started(head, 'line 1', say)
  const steps = new Map<string, RunStepView>()
  let lastMs = 0
  let end: ReturnType<typeof result> | undefined
  let wasInterrupted = false
  const since = (at: number) => (lastMs = Math.max(lastMs, at - begin.time))
  rest.forEach((event, index) => {
    const at = `line ${index + 2}`
    switch (event['event']) {
      case 'step-started': {
        const { time: when, step, kind, address, needs } = stepStarted(event, at, say)
        const fresh = { id: step, kind, address, endMs: undefined, outcome: undefined, retries: 0 }
        steps.set(step, { ...fresh, startMs: since(when), needs })
        break
      }
      case 'step-retried': {
        const known = steps.get(String(event['step']))
        if (known) steps.set(known.id, { ...known, retries: known.retries + 1 })
        break
      }
      case 'step-finished': {
        const { time: when, step, kind, address, outcome, by, error: why } = stepFinished(event, at, say)
        const fresh = { id: step, kind, address, startMs: undefined, retries: 0, needs: undefined }
        steps.set(step, { ...fresh, ...steps.get(step), endMs: since(when), outcome, by, error: why })
        break
      }
      case 'interrupted':
        wasInterrupted = true
        break
      case 'result':
        end = result(event, at, say)
        since(end.time)
        break
    }
  })
  const sorted = [...steps.values()].sort((left, right) => (left.startMs ?? Infinity) - (right.startMs ?? Infinity))
  return {
    stack: begin.stack,
    run: begin.run,
    startedAt: Number.isNaN(begin.time) ? '' : new Date(begin.time).toISOString(),
    status: end?.status ?? 'unfinished',
    durationMs: lastMs,
    planned: begin.steps,
    steps: sorted,
    wasInterrupted,
    error: end?.error,
  }
}
