import { waitText } from '../../core/wait-sink.js'
import { count, formatDuration } from '../../core/units.js'
import type { EventSink, RunEvent } from '../../executor/events.js'
import type { Outcome } from '../../executor/outcome.js'
import type { Step, StepId } from '../../model/steps/step.js'
import { legible } from '../legible.js'
import { longest } from '../longest.js'
import { foldedEnds } from './folded-ends.js'

/** Chosen: a log that says nothing for longer looks stuck. */
const reminderEveryMs = 15_000

/**
 * One line for each thing that ended, for logs: `12:03:04 server.web  create-server … done 1.2s`. Long steps also say
 * how far they are, every 15 seconds. Times are local.
 */
export function plainProgress(write: (line: string) => void): EventSink {
  const running = new Map<StepId, { readonly step: Step; saidAt: number }>()
  const folded = foldedEnds()
  let width = 0
  const line = (at: number, step: Step | undefined, text: string) => {
    const subject = step === undefined ? '' : `${step.address.padEnd(width)}  ${step.kind} `
    // The line end of what was said must not begin a line that looks like ours.
    write(`${clockTime(at)} ${legible(`${subject}${text}`).replaceAll('\n', ' ')}\n`)
  }
  const remind = (at: number, id: StepId, text: string) => {
    const known = running.get(id)
    if (!known || at - known.saidAt < reminderEveryMs) return
    known.saidAt = at
    line(at, known.step, `… ${text}`)
  }
  return (event) => {
    const { at } = event
    switch (event.kind) {
      case 'run-started':
        width = longest(event.plan.steps.map(({ address }) => address))
        line(at, undefined, `run ${event.run}: ${count(event.plan.steps.length, 'step')}`)
        break
      case 'step-started':
        running.set(event.step.id, { step: event.step, saidAt: at })
        break
      case 'step-progress':
        remind(at, event.stepId, event.text)
        break
      case 'step-waiting':
        remind(at, event.stepId, waitText(event.wait))
        break
      case 'step-output':
        line(at, running.get(event.stepId)?.step, `| ${event.line}`)
        break
      case 'step-retried':
        line(
          at,
          running.get(event.stepId)?.step,
          `… attempt ${event.attempt} in ${formatDuration(event.delayMs)}: ${event.error.message}`,
        )
        break
      case 'step-finished':
        running.delete(event.step.id)
        if (!folded.folds(event.outcome)) line(at, event.step, `… ${outcomeText(event.outcome, event.durationMs)}`)
        break
      case 'interrupted':
        line(at, undefined, interruptedText(event))
        break
      case 'run-finished':
        for (const text of folded.takeLines()) line(at, undefined, text)
        line(at, undefined, `run ${event.result.status} after ${formatDuration(event.durationMs)}`)
        break
    }
  }
}

function outcomeText(outcome: Outcome, durationMs: number): string {
  switch (outcome.kind) {
    case 'done':
    case 'unchanged':
      return `${outcome.kind} ${formatDuration(durationMs)}`
    case 'failed':
      return `failed ${formatDuration(durationMs)}: ${outcome.error.message}`
    case 'blocked':
      return `blocked by ${outcome.by}`
    case 'cancelled':
      return 'cancelled'
  }
}

function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8)
}

function interruptedText({ inFlight, isLockLost }: Extract<RunEvent, { kind: 'interrupted' }>): string {
  const steps = `${count(inFlight.length, 'step')} in flight`
  return isLockLost ? `the lock is lost: ending ${steps}` : `interrupted: waiting for ${steps}, once more to leave`
}
