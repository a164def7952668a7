import type { EvenkeelError } from '../../core/errors.js'
import type { EventSink, RunEvent } from '../../executor/events.js'
import { nowhere, type FileLocation, type Locate } from '../../model/file-location.js'
import type { Outcome } from '../../executor/outcome.js'
import { shortNeeds } from '../plan/short-needs.js'
import { positionIn } from '../places.js'
import { legibleJson } from '../legible.js'
import { outputMembers } from '../tables/outputs-text.js'

/** Of the lines that `apply --json` and `destroy --json` print; raised when a member changes its meaning or goes. */
const eventsFormatVersion = 1

/** Chosen: often enough to draw a bar by. */
const progressEveryMs = 500

/**
 * One JSON object a line, each `{ formatVersion, event, time, … }`; described by schema/run-events.schema.json. The last line is the
 * result: `{ event: "result", status, summary, outcomes: [{ step, outcome, by?, error? }], error? }`.
 */
export function jsonProgress(write: (line: string) => void, locate: Locate = nowhere): EventSink {
  const saidAt = new Map<string, number>()
  let needsOf: NeedsOf = ({ needs }) => needs
  return (event) => {
    if (event.kind === 'run-started') needsOf = shortNeeds(event.plan.steps)
    if (event.kind === 'step-progress') {
      if (event.at - (saidAt.get(event.stepId) ?? 0) < progressEveryMs) return
      saidAt.set(event.stepId, event.at)
    }
    const head = { formatVersion: eventsFormatVersion, event: nameOf(event), time: new Date(event.at).toISOString() }
    write(`${legibleJson({ ...head, ...membersOf(event, locate, needsOf) })}\n`)
  }
}

function nameOf({ kind }: RunEvent): string {
  return kind === 'run-finished' ? 'result' : kind
}

type NeedsOf = ReturnType<typeof shortNeeds>

function membersOf(event: RunEvent, locate: Locate, needsOf: NeedsOf): object {
  switch (event.kind) {
    case 'run-started':
      return { run: event.run, stack: event.plan.stack, steps: event.plan.steps.length }
    case 'step-started': {
      const { id, kind, address } = event.step
      return { step: id, kind, address, needs: needsOf(event.step) }
    }
    case 'step-progress':
      return { step: event.stepId, fraction: event.fraction ?? null, text: event.text }
    case 'step-waiting': {
      const { what, state, sinceMs } = event.wait
      return { step: event.stepId, what, state: state ?? null, sinceMs }
    }
    case 'step-output':
      return { step: event.stepId, line: event.line }
    case 'step-retried':
      return { step: event.stepId, attempt: event.attempt, delayMs: event.delayMs, error: errorMembers(event.error) }
    case 'step-finished': {
      const { id, kind, address } = event.step
      return {
        step: id,
        kind,
        address,
        ...outcomeMembers(event.outcome, locate(address)),
        durationMs: event.durationMs,
      }
    }
    case 'interrupted':
      return { inFlight: event.inFlight, ...(event.isLockLost && { lockLost: true }) }
    case 'run-finished': {
      const { status, outcomes, made, outputs, error } = event.result
      return {
        status,
        durationMs: event.durationMs,
        summary: summaryOf(outcomes.map(({ outcome }) => outcome)),
        outcomes: outcomes.map(({ stepId, outcome }) => ({ step: stepId, ...outcomeMembers(outcome) })),
        made,
        ...(outputs && { outputs: outputMembers(outputs) }),
        ...(error && { error: errorMembers(error) }),
      }
    }
  }
}

/** How many steps ended in which way. */
export function summaryOf(outcomes: readonly Outcome[]): Readonly<Record<Outcome['kind'], number>> {
  const summary = { done: 0, unchanged: 0, failed: 0, blocked: 0, cancelled: 0 }
  for (const { kind } of outcomes) summary[kind] += 1
  return summary
}

function outcomeMembers(outcome: Outcome, location?: FileLocation): object {
  return {
    outcome: outcome.kind,
    ...(outcome.kind === 'blocked' && { by: outcome.by }),
    ...(outcome.kind === 'failed' && { error: errorMembers(outcome.error, location) }),
  }
}

function errorMembers({ code, message, hint }: EvenkeelError, location?: FileLocation): object {
  return { code, message, ...(hint !== undefined && { hint }), ...(location && { location: positionIn(location) }) }
}
