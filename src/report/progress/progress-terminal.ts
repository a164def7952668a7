import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2'
import { createColors } from 'picocolors'
import { formatDuration } from '../../core/units.js'
import type { EventSink, RunEvent } from '../../executor/events.js'
import type { Step, StepId } from '../../model/step.js'
import type { Colors } from '../colors.js'
import { doingOf } from '../../model/step-kinds.js'

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

/** The window, with lines above it that stay: what has ended. Draws also when standard output alone is a pipe. */
class WindowRenderer extends DefaultRenderer {
  static override nonTTY = true
  readonly #ended: string[] = []

  /** Takes a line that is to stay; it is written at the next tick. */
  keep(line: string): void {
    this.#ended.push(line)
  }

  override update(): void {
    this.#flush()
    super.update()
  }

  override end(): void {
    this.#flush()
    super.end()
  }

  #flush(): void {
    if (this.#ended.length === 0) return
    // Private to DefaultRenderer by its types alone; without clearing first, the next frame would erase these lines.
    const { updater, logger } = this as unknown as { updater: { clear: () => void }; logger: ListrLogger }
    updater.clear()
    logger.process.toStdout(this.#ended.splice(0).join('\n'))
  }
}

/** A task whose title is set without a redraw: the spinner's tick draws ten times a second, whatever happens. */
interface Row {
  title: string | undefined
}

/** A window of what runs now over one line of totals. */
export function terminalProgress(stream: NodeJS.WriteStream, color: boolean): TerminalProgress {
  const rows: Row[] = []
  const rowsShown = Math.max(1, Math.min(rowsMax, stream.rows - 4))
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const list = new Listr(
    Array.from({ length: rowsShown + 1 }, () => ({ title: ' ', task: () => finished })),
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
  const keep = (line: string) => (list as unknown as { renderer?: WindowRenderer }).renderer?.keep(line)
  const state = windowState(rows, color, keep)
  let drawn: Promise<unknown> | undefined
  return {
    sink: (event) => {
      drawn ??= list.run()
      state.note(event)
    },
    close: async () => {
      for (const row of rows) row.title = undefined
      finish()
      await drawn
    },
  }
}

/** Keeps the rows' titles, the last row being the totals; `keep` takes the lines that stay. */
function windowState(
  rows: readonly Row[],
  color: boolean,
  keep: (line: string) => void,
): { note: (event: RunEvent) => void } {
  const colors = createColors(color)
  const running = new Map<StepId, { readonly step: Step; readonly since: number; text: string }>()
  const totals = { steps: 0, ended: 0, failed: 0 }
  let interrupted = false

  const render = () => {
    const shown = [...running.values()].slice(0, rows.length - 1)
    for (const [index, row] of rows.entries()) {
      const entry = shown[index]
      row.title = entry && `${colors.bold(entry.step.address)} ${doingOf(entry.step.kind)} ${colors.dim(entry.text)}`
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
          keep(endedLine(event, colors))
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
      return `${colors.red('✗')} ${subject} ${outcome.error.message}`
    case 'blocked':
      return `${colors.dim('·')} ${subject} ${colors.dim(`blocked by ${outcome.by}`)}`
    case 'cancelled':
      return `${colors.dim('·')} ${subject} ${colors.dim('not started')}`
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
