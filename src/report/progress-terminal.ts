import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2'
import { createColors } from 'picocolors'
import { formatDuration } from '../core/units.js'
import type { EventSink, RunEvent } from '../executor/events.js'
import type { Step, StepId } from '../planner/step.js'

/**
 * Chosen: fits the smallest terminal. listr2 lays out every task at each tick, so the window keeps a run of 1,000 steps
 * as cheap as one of ten (with a task for each step, 1,000 of them block the event loop for minutes).
 */
const rowsMax = 12

export interface TerminalProgress {
  readonly sink: EventSink
  /** Takes the window off the screen; resolves when the terminal is the caller's again. */
  close(): Promise<void>
}

/** Draws on a terminal even when standard output is a pipe: listr2 only asks about that one. */
class WindowRenderer extends DefaultRenderer {
  static override nonTTY = true
}

/** A task whose title is set without a redraw: the spinner's tick draws ten times a second, whatever happens. */
interface Row {
  title: string | undefined
}

/** A window of what runs now over one line of totals. */
export function terminalProgress(stream: NodeJS.WriteStream, color: boolean): TerminalProgress {
  const rows: Row[] = []
  const state = windowState(rows, color)
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const list = new Listr(
    Array.from({ length: rowsMax + 1 }, () => ({ title: ' ', task: () => finished })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: WindowRenderer,
      rendererOptions: {
        clearOutput: true,
        formatOutput: 'truncate',
        logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(stream, stream) }),
      },
    },
  )
  rows.push(...(list.tasks as Row[]))
  for (const row of rows) row.title = undefined
  let drawn: Promise<unknown> | undefined
  return {
    sink: (event) => {
      state.note(event)
      drawn ??= list.run()
    },
    close: async () => {
      for (const row of rows) row.title = undefined
      finish()
      await drawn
    },
  }
}

/** Keeps the rows' titles; the last row is the totals. */
function windowState(rows: readonly Row[], color: boolean): { note: (event: RunEvent) => void } {
  const colors = createColors(color)
  const running = new Map<StepId, { readonly step: Step; readonly since: number; text: string }>()
  const totals = { steps: 0, ended: 0, failed: 0 }
  let interrupted = false

  const render = () => {
    const shown = [...running.values()].slice(0, rowsMax)
    for (const [index, row] of rows.entries()) {
      const entry = shown[index]
      row.title = entry && `${colors.bold(entry.step.address)} ${entry.step.kind} ${colors.dim(entry.text)}`
    }
    const last = rows.at(-1)
    if (last) last.title = totalsText(totals, running.size, running.size - shown.length, interrupted)
  }

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
        case 'step-output':
          setText(event.stepId, `| ${event.line}`)
          break
        case 'step-retried':
          setText(event.stepId, `attempt ${event.attempt} in ${formatDuration(event.delayMs)}: ${event.error.message}`)
          break
        case 'step-finished':
          running.delete(event.step.id)
          totals.ended += 1
          if (event.outcome.kind === 'failed') totals.failed += 1
          break
        case 'interrupted':
          interrupted = true
          break
        case 'run-finished':
          break
      }
      render()
    },
  }

  function setText(stepId: StepId, text: string): void {
    const entry = running.get(stepId)
    if (entry) entry.text = text
  }
}

function totalsText(
  { steps, ended, failed }: { readonly steps: number; readonly ended: number; readonly failed: number },
  running: number,
  hidden: number,
  interrupted: boolean,
): string {
  const parts = [`${ended} of ${steps} steps`]
  if (running > 0) parts.push(`${running} running${hidden > 0 ? `, ${hidden} not shown` : ''}`)
  if (failed > 0) parts.push(`${failed} failed`)
  if (interrupted) parts.push('interrupted: waiting for what is in flight, Ctrl-C again to leave')
  return parts.join(' · ')
}
