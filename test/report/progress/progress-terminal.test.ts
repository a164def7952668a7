import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ProviderError } from '../../../src/core/errors.js'
import type { RunEvent } from '../../../src/executor/events.js'
import type { Plan } from '../../../src/model/plan.js'
import { terminalProgress } from '../../../src/report/progress/progress-terminal.js'
import { plainStep } from '../../support/steps.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const steps = Array.from({ length: 20 }, (_, index) => plainStep('create-volume', `volume.v${index}`))
const at = 0
const started: readonly RunEvent[] = [
  { kind: 'run-started', at, run: 'run-1', plan: { steps } as unknown as Plan },
  ...steps.map((step) => ({ kind: 'step-started', at, step }) as const),
]
const ended = (index: number, outcome: Extract<RunEvent, { kind: 'step-finished' }>['outcome']) =>
  ({ kind: 'step-finished', at, step: steps[index]!, outcome, durationMs: 1_000 }) as const
const longMessage = `EC2 refused CreateVolume: ${'too many volumes '.repeat(5)}`.trim()
const failure = new ProviderError('USAGE', longMessage, { errorClass: 'quota' })

/** Escape sequences, ends of lines, and text between them; ␛ stands for the escape character. */
const parts = /␛\[\??[\d;]*[A-Za-z]|\n|[^␛\n]+/g

/** What people see of what was written: lines, and the few sequences by which lines are drawn again. */
class Screen extends Writable {
  readonly columns = 80
  readonly rows = 40
  readonly #lines = ['']
  #row = 0

  get text(): string {
    return this.#lines.join('\n').trimEnd()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    for (const [part] of chunk.toString('utf8').replaceAll('\u001B', '␛').matchAll(parts)) this.#take(part)
    done()
  }

  #take(part: string): void {
    const [, count, command] = /^␛\[(\d*)([A-Za-z])$/.exec(part) ?? []
    if (command === 'A') this.#row -= Number(count || 1)
    else if (command === 'B') this.#row += Number(count || 1)
    else if (command === 'K' && count === '2') this.#lines[this.#row] = ''
    else if (part === '\n') this.#lines[(this.#row += 1)] ??= ''
    else if (!part.startsWith('␛')) this.#lines[this.#row] = part
  }
}

function show(...events: readonly RunEvent[]) {
  const screen = new Screen()
  const progress = terminalProgress(screen as unknown as NodeJS.WriteStream, false)
  const tell = (...more: readonly RunEvent[]) => {
    for (const event of more) progress.sink(event)
    vi.advanceTimersByTime(100)
  }
  tell(...events)
  return { screen, progress, tell }
}

it('what runs is shown as far as it fits, over the totals', () => {
  const { screen, progress } = show(...started)
  const lines = screen.text.split('\n')
  expect(lines).toHaveLength(13)
  expect(lines[0]).toMatch(/^\S volume\.v0 /)
  expect(lines[12]).toMatch(/^\S 0 of 20 steps · 20 running, 8 not shown$/)
  void progress.close()
})

it('a row is one line, however much there is to say', () => {
  const text = `first\n${'x'.repeat(100)}`
  const { screen, progress } = show(...started.slice(0, 2), {
    kind: 'step-progress',
    at,
    stepId: steps[0]!.id,
    fraction: 0,
    text,
  })
  const [row = '', totals] = screen.text.split('\n')
  expect(row).toMatch(/first x+…$/)
  expect(row).toHaveLength(80)
  expect(totals).toContain('0 of 20 steps')
  void progress.close()
})

it('what has ended stays above the window, whole and in order, and nothing else is left behind', async () => {
  const { screen, progress, tell } = show(...started)
  tell(ended(3, { kind: 'done' }), ended(0, { kind: 'failed', error: failure }))
  const whileRunning = screen.text.split('\n')
  expect(whileRunning.slice(0, 2)).toEqual([
    '✔ volume.v3 create-volume 1.0s',
    `✗ volume.v0 create-volume ${longMessage}`,
  ])
  expect(whileRunning).toHaveLength(2 + 13)
  expect(whileRunning.at(-1)).toContain('2 of 20 steps · 18 running, 6 not shown · 1 failed')
  tell()
  progress.sink(ended(1, { kind: 'blocked', by: steps[0]!.id }))
  for (const index of [2, 4, 5]) progress.sink(ended(index, { kind: 'cancelled' }))
  await progress.close()
  const folded = ['· 1 step blocked by create-volume:volume.v0', '· 3 steps not started']
  expect(screen.text).toBe([...whileRunning.slice(0, 2), ...folded].join('\n'))
})

it('says on a line of its own, whole at 80 columns, how to leave, and how long each step has run', () => {
  const { screen, progress } = show(...started, { kind: 'interrupted', at, inFlight: steps.map(({ id }) => id) })
  const lines = screen.text.split('\n')
  expect(lines.at(-2)).toMatch(/^\S interrupted: waiting for what is in flight; Ctrl-C again to leave$/)
  expect(lines[0]).toMatch(/^\S volume\.v0 .*\d+h\d\dm$/)
  void progress.close()
})

it('says that what runs is ended, and not waited for, when the lock is lost', () => {
  const { screen, progress } = show(...started, { kind: 'interrupted', at, inFlight: [], isLockLost: true })
  expect(screen.text.split('\n').at(-2)).toMatch(
    /^\S the lock is lost: ending what is in flight; Ctrl-C twice to leave$/,
  )
  void progress.close()
})
