import { expect, it } from 'vitest'
import type { RunEvent } from '../../src/executor/events.js'
import { createHeartbeat } from '../../src/executor/heartbeat.js'
import { plainStep } from '../support/steps.js'

const quiet = plainStep('mount-volume', 'volume.quiet')
const loud = plainStep('copy-files', 'sync.loud')

it('speaks of steps of which nothing was heard for long, and of no others', () => {
  const events: RunEvent[] = []
  const { sink, beat } = createHeartbeat((event) => events.push(event))
  for (const step of [quiet, loud]) sink({ kind: 'step-started', at: 0, step })
  sink({ kind: 'step-progress', at: 9_000, stepId: loud.id, fraction: 0.5, text: '1 of 2' })
  beat(10_000)
  beat(15_000)
  beat(20_000)
  sink({ kind: 'step-finished', at: 21_000, step: quiet, outcome: { kind: 'done' }, durationMs: 21_000 })
  beat(60_000)
  expect(events.filter(({ kind }) => kind === 'step-waiting')).toEqual([
    {
      kind: 'step-waiting',
      at: 10_000,
      stepId: quiet.id,
      wait: { what: 'mounting', state: undefined, sinceMs: 10_000 },
    },
    {
      kind: 'step-waiting',
      at: 20_000,
      stepId: quiet.id,
      wait: { what: 'mounting', state: undefined, sinceMs: 20_000 },
    },
    {
      kind: 'step-waiting',
      at: 20_000,
      stepId: loud.id,
      wait: { what: 'copying files', state: '1 of 2', sinceMs: 20_000 },
    },
    {
      kind: 'step-waiting',
      at: 60_000,
      stepId: loud.id,
      wait: { what: 'copying files', state: '1 of 2', sinceMs: 60_000 },
    },
  ])
})
