import cliTruncate from 'cli-truncate'
import { createLogUpdate } from 'log-update'
import { createColors } from 'picocolors'
import { systemClock } from '../../core/clock.js'
import type { Wait } from '../../core/wait-sink.js'
import { formatDuration } from '../../core/units.js'
import type { EventSink, RunEvent } from '../../executor/events.js'
import type { Step, StepId } from '../../model/steps/step.js'
import type { Colors } from '../colors.js'
import { doingOf } from '../../model/steps/step-kinds.js'
import { legible } from '../legible.js'
import { foldedEnds } from './folded-ends.js'

/** Chosen: fits the smallest terminal, and says enough of a run of thousands of steps. */
const rowsMax = 12

/** Chosen: more often than people can see is waste; events come in thousands a second. */
const tickMs = 100

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const

export interface TerminalProgress {
  readonly sink: EventSink
  /** Takes the window off the screen; resolves when the terminal is the caller's again. */
  close(): Promise<void>
}

/** A window of what runs now over one line of totals; what has ended stays in lines above it. */
export function terminalProgress(stream: NodeJS.WriteStream, color: boolean): TerminalProgress {
  const screen = createLogUpdate(stream)
  const state = windowState(Math.max(1, Math.min(rowsMax, stream.rows - 4)), color)
  let ticks = 0
  let timer: NodeJS.Timeout | undefined

  // Some pseudo-terminals say that they have no columns.
  const fit = (row: string) => cliTruncate(row.replaceAll('\n', ' '), stream.columns || 80)
  const writeEnded = () => {
    const lines = state.takeEnded()
    if (lines.length === 0) return
    screen.clear()
    stream.write(`${lines.join('\n')}\n`)
  }
  const draw = () => {
    writeEnded()
    const mark = spinner[(ticks += 1) % spinner.length] ?? ''
    screen(
      state
        .rows(systemClock.now())
        .map((row) => fit(`${mark} ${row}`))
        .join('\n'),
    )
  }
  return {
    sink: (event) => {
      state.note(event)
      timer ??= setInterval(draw, tickMs)
    },
    close: () => {
      clearInterval(timer)
      writeEnded()
      screen.clear()
      screen.done()
      return Promise.resolve()
    },
  }
}

interface WindowState {
  note(event: RunEvent): void
  /** What runs, as far as it fits, for how long, and the totals. */
  rows(now: number): readonly string[]
  /** Lines on what has ended since the last time. */
  takeEnded(): readonly string[]
}

function windowState(rowsShown: number, color: boolean): WindowState {
  const colors = createColors(color)
  const running = new Map<StepId, { readonly step: Step; readonly since: number; text: string }>()
  const totals = { steps: 0, ended: 0, failed: 0 }
  const folded = foldedEnds()
  let interrupted: string | undefined

  const endedLines: string[] = []

  return {
    note(event) {
      switch (event.kind) {
        case 'run-started':
          totals.steps = event.plan.steps.length
          break
        case 'step-started':
          running.set(event.step.id, { step: event.step, since: event.at, text: '' })
          break
        case 'step-progress':
          setText(event.stepId, event.text)
          break
        case 'step-waiting':
          setText(event.stepId, waitingText(event.wait))
          break
        case 'step-output':
          setText(event.stepId, `| ${event.line}`)
          break
        case 'step-retried':
          setText(event.stepId, `attempt ${event.attempt} in ${formatDuration(event.delayMs)}: ${event.error.message}`)
          break
        case 'step-finished':
          running.delete(event.step.id)
          if (folded.folds(event.outcome)) break
          totals.ended += 1
          if (event.outcome.kind === 'failed') totals.failed += 1
          endedLines.push(endedLine(event, colors))
          break
        case 'interrupted':
          interrupted = event.isLockLost
            ? 'the lock is lost: ending what is in flight; Ctrl-C twice to leave'
            : 'interrupted: waiting for what is in flight; Ctrl-C again to leave'
          break
        case 'run-finished':
          break
      }
    },
    rows(now) {
      const shown = [...running.values()].slice(0, rowsShown)
      return [
        ...shown.map(({ step, since, text }) =>
          `${colors.bold(step.address)} ${doingOf(step.kind)} ${formatDuration(Math.max(0, now - since))} ${colors.dim(text)}`.trimEnd(),
        ),
        ...(interrupted === undefined ? [] : [interrupted]),
        totalsText(totals, running.size, running.size - shown.length),
      ]
    },
    takeEnded: () => [...endedLines.splice(0), ...folded.takeLines().map((line) => colors.dim(`· ${line}`))],
  }

  function setText(stepId: StepId, text: string): void {
    const entry = running.get(stepId)
    if (entry) entry.text = legible(text)
  }
}

/** The row has a clock, and says what the step does, so that a mere sign of life leaves what stands there. */
function waitingText({ what, state }: Wait): string {
  return what.startsWith('waiting') ? [what, ...(state === undefined ? [] : [state])].join(': ') : (state ?? '')
}

/** `✔ server.web create-server 12.1s` */
function endedLine(
  { step, outcome, durationMs }: Extract<RunEvent, { kind: 'step-finished' }>,
  colors: Colors,
): string {
  const subject = `${colors.bold(step.address)} ${step.kind}`
  switch (outcome.kind) {
    case 'done':
      return `${colors.green('✔')} ${subject} ${colors.dim(formatDuration(durationMs))}`
    case 'unchanged':
      return `${colors.green('✔')} ${subject} ${colors.dim('was so already')}`
    case 'failed':
      return `${colors.red('✗')} ${subject} ${legible(outcome.error.message)}`
    case 'blocked':
    case 'cancelled':
      // Folded: they come by the thousand.
      return ''
  }
}

function totalsText(
  { steps, ended, failed }: { readonly steps: number; readonly ended: number; readonly failed: number },
  running: number,
  hidden: number,
): string {
  const parts = [`${ended} of ${steps} steps`]
  if (running > 0) parts.push(`${running} running${hidden > 0 ? `, ${hidden} not shown` : ''}`)
  if (failed > 0) parts.push(`${failed} failed`)
  return parts.join(' · ')
}
