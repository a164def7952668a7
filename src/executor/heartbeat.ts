import { doingOf } from '../model/steps/step-kinds.js'
import type { Step, StepId } from '../model/steps/step.js'
import type { EventSink, RunEvent } from './events.js'

/** Chosen: a word every ten seconds is enough to see that something goes on. */
export const heartbeatMs = 10_000

export interface Heartbeat {
  /** Takes events on their way, so that only steps of which nothing was heard are spoken of. */
  readonly sink: EventSink
  /** Says of each step that was silent for long that it goes on. */
  beat(at: number): void
}

interface Running {
  readonly step: Step
  readonly startedAt: number
  saidAt: number
  /** What was said of it last. */
  text: string | undefined
}

/** Whatever a step does that says nothing by itself, a command inside a server or a copy, is told by this at last. */
export function createHeartbeat(emit: EventSink): Heartbeat {
  const running = new Map<StepId, Running>()
  return {
    sink: (event) => {
      note(running, event)
      emit(event)
    },
    beat: (at) => {
      for (const [stepId, known] of running) {
        if (at - known.saidAt < heartbeatMs) continue
        known.saidAt = at
        const wait = { what: doingOf(known.step.kind), state: known.text, sinceMs: at - known.startedAt }
        emit({ kind: 'step-waiting', at, stepId, wait })
      }
    },
  }
}

function note(running: Map<StepId, Running>, event: RunEvent): void {
  if (event.kind === 'step-started') {
    running.set(event.step.id, { step: event.step, startedAt: event.at, saidAt: event.at, text: undefined })
  } else if (event.kind === 'step-finished') running.delete(event.step.id)
  else if ('stepId' in event) {
    const known = running.get(event.stepId)
    if (!known) return
    known.saidAt = event.at
    if (event.kind === 'step-progress') known.text = event.text
  }
}
