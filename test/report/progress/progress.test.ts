import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../../src/core/errors.js'
import type { RunEvent } from '../../../src/executor/events.js'
import type { ApplyResult, Outcome } from '../../../src/executor/outcome.js'
import type { Locate } from '../../../src/model/file-location.js'
import type { Address } from '../../../src/model/address.js'
import type { Plan } from '../../../src/model/plan.js'
import type { Step } from '../../../src/model/steps/step.js'
import { planText } from '../../../src/report/plan/plan-text.js'
import { jsonProgress } from '../../../src/report/progress/progress-json.js'
import { plainProgress } from '../../../src/report/progress/progress-plain.js'
import { resultText } from '../../../src/report/progress/result-text.js'
import { plainStep } from '../../support/steps.js'

const at = new Date(2026, 10, 21, 12, 3, 4).getTime()
const server = plainStep('create-server', 'server.web')
const volume = plainStep('create-volume', 'volume.music')
const attach = plainStep('attach-volume', 'volume.music', [server.id, volume.id])
const quota = new ProviderError('USAGE', 'EC2 refused CreateVolume: you have too many volumes', {
  errorClass: 'quota',
  hint: 'delete some, or ask AWS for more',
})
const locate: Locate = (address) =>
  address === 'volume.music'
    ? { file: 'stack.yaml', line: 7, column: 3, frame: '> 7 |   music: { size: 1 }\n    |   ^^^^^' }
    : undefined
const failed: Outcome = { kind: 'failed', error: quota }

const resultOptions = { color: false, durationMs: 18_000, again: 'evenkeel apply stack.yaml', verb: 'apply' } as const

const events: readonly RunEvent[] = [
  { kind: 'run-started', at, run: 'run-1', plan: planOf([server, volume, attach]) },
  { kind: 'step-started', at, step: server },
  { kind: 'step-started', at, step: volume },
  { kind: 'step-output', at, stepId: server.id, line: 'hello' },
  { kind: 'step-progress', at: at + 100, stepId: server.id, fraction: 0.1, text: '10%' },
  { kind: 'step-progress', at: at + 16_000, stepId: server.id, fraction: 0.5, text: '50%' },
  {
    kind: 'step-waiting',
    at: at + 16_000,
    stepId: volume.id,
    wait: { what: 'waiting for vol-1 to become available', state: 'creating', sinceMs: 15_500 },
  },
  { kind: 'step-retried', at: at + 16_000, stepId: server.id, attempt: 2, error: quota, delayMs: 500 },
  { kind: 'step-finished', at: at + 17_200, step: server, outcome: { kind: 'done' }, durationMs: 17_200 },
  { kind: 'interrupted', at: at + 17_500, inFlight: [volume.id] },
  { kind: 'step-finished', at: at + 18_000, step: volume, outcome: failed, durationMs: 18_000 },
  { kind: 'step-finished', at: at + 18_000, step: attach, outcome: { kind: 'blocked', by: volume.id }, durationMs: 0 },
  { kind: 'run-finished', at: at + 18_000, result: partial(), durationMs: 18_000 },
]

describe('plain progress', () => {
  it('is a line for each thing that ended', () => {
    expect(written(plainProgress)).toBe(
      [
        '12:03:04 run run-1: 3 steps',
        '12:03:04 server.web    create-server | hello',
        '12:03:20 server.web    create-server … 50%',
        '12:03:20 volume.music  create-volume … waiting for vol-1 to become available since 15.5s: creating',
        '12:03:20 server.web    create-server … attempt 2 in 0.5s: EC2 refused CreateVolume: you have too many volumes',
        '12:03:21 server.web    create-server … done 17.2s',
        '12:03:21 interrupted: waiting for 1 step in flight, once more to leave',
        '12:03:22 volume.music  create-volume … failed 18.0s: EC2 refused CreateVolume: you have too many volumes',
        '12:03:22 1 step blocked by create-volume:volume.music',
        '12:03:22 run partial after 18.0s',
        '',
      ].join('\n'),
    )
  })
})

describe('progress of very many steps', () => {
  const steps = Array.from({ length: 130_000 }, (_, index) => plainStep('create-volume', `volume.v${index}`))

  it('begins, and folds those that never began into one line', () => {
    let text = ''
    const sink = plainProgress((line) => {
      text += line
    })
    sink({ kind: 'run-started', at, run: 'run-1', plan: planOf(steps) })
    for (const step of steps) sink({ kind: 'step-finished', at, step, outcome: { kind: 'cancelled' }, durationMs: 0 })
    sink({ kind: 'run-finished', at, result: { status: 'cancelled', outcomes: [], made: [] }, durationMs: 0 })
    expect(text.trimEnd().split('\n')).toEqual([
      '12:03:04 run run-1: 130000 steps',
      '12:03:04 130000 steps not started',
      '12:03:04 run cancelled after 0.0s',
    ])
  })

  it('ends in a result that names some of what a failure blocked, and reads outcomes once', () => {
    const [first, ...others] = steps
    const outcomes = [
      { stepId: first!.id, outcome: failed },
      ...others.map(({ id }) => ({ stepId: id, outcome: { kind: 'blocked', by: first!.id } as const })),
    ]
    const text = resultText(planOf(steps), { status: 'failed', outcomes, made: [] }, resultOptions)
    expect(text).toContain('create-volume:volume.v8 and 129991 more')
    expect(text.split('\n')).toHaveLength(7)
  })

  it('is planned as text, all steps of it', () => {
    const text = planText({ ...planOf(steps), changes: [], problems: [] }, { color: false, verbose: true })
    expect(text).toContain('volume.v129999')
  })
})

describe('JSON progress', () => {
  const lines = written(jsonProgress)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

  it('is one versioned object a line', () => {
    expect(lines.map(({ event }) => event)).toEqual(
      events.map(({ kind }) => (kind === 'run-finished' ? 'result' : kind)),
    )
    expect(
      lines.every(({ formatVersion, time }) => formatVersion === 1 && !Number.isNaN(Date.parse(String(time)))),
    ).toBe(true)
  })

  it('is what the published schema says', () => {
    const text = readFileSync(new URL('../../../schema/run-events.schema.json', import.meta.url), 'utf8')
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(text) as object)
    for (const line of lines) {
      validate(line)
      expect(validate.errors).toBeNull()
    }
    expect(validate({ ...lines[0], more: 1 })).toBe(false)
  })

  it('tells of a step that begins what it waited for, without what goes without saying', () => {
    const sent: string[] = []
    const sink = jsonProgress((line) => sent.push(line))
    const last = { ...attach, needs: [server.id, volume.id] }
    const middle = { ...volume, needs: [server.id] }
    sink({ kind: 'run-started', at, run: 'run-1', plan: planOf([server, middle, last]) })
    sink({ kind: 'step-started', at, step: last })
    expect(JSON.parse(sent[1] ?? '')).toMatchObject({ step: attach.id, needs: [volume.id] })
  })

  it('ends with the result', () => {
    expect(lines.at(-1)).toMatchObject({
      event: 'result',
      status: 'partial',
      summary: { done: 1, unchanged: 0, failed: 1, blocked: 1, cancelled: 0 },
      outcomes: [
        { step: 'create-server:server.web', outcome: 'done' },
        { step: 'create-volume:volume.music', outcome: 'failed', error: { code: 'USAGE' } },
        { step: 'attach-volume:volume.music', outcome: 'blocked', by: 'create-volume:volume.music' },
      ],
    })
  })

  it('tells with what failed where the file speaks of it', () => {
    const places = written((write) => jsonProgress(write, locate))
    const failed = places.split('\n').filter((line) => line.includes('"outcome":"failed"') && line.includes('step-fin'))
    expect(failed.map((line) => JSON.parse(line) as object)).toMatchObject([
      { address: 'volume.music', error: { location: { file: 'stack.yaml', line: 7, column: 3 } } },
    ])
  })

  it('thins progress out', () => {
    let count = 0
    const sink = jsonProgress(() => {
      count += 1
    })
    for (let index = 0; index < 1_000; index += 1) {
      sink({ kind: 'step-progress', at: at + index, stepId: server.id, fraction: index / 1_000, text: '' })
    }
    expect(count).toBe(2)
  })
})

describe('the result for people', () => {
  it('names what failed, why, what to do, and what it blocked', () => {
    expect(resultText(planOf([server, volume, attach]), partial(), resultOptions)).toBe(
      [
        '✗ volume.music  create-volume',
        '  EC2 refused CreateVolume: you have too many volumes. Delete some, or ask AWS for more. [USAGE]',
        '  not done because of it: attach-volume:volume.music',
        '',
        'server.web  i-1',
        '',
        'Apply incomplete: 1 done, 1 failed, 1 blocked, in 18.0s.',
        'Next: solve what failed, then `evenkeel apply stack.yaml` does that and the 1 step behind it; what is done stays done.',
        '',
      ].join('\n'),
    )
  })

  it('shows where the file speaks of what failed', () => {
    expect(resultText(planOf([server, volume, attach]), partial(), { ...resultOptions, locate })).toContain(
      [
        '✗ volume.music  create-volume',
        '  EC2 refused CreateVolume: you have too many volumes. Delete some, or ask AWS for more. [USAGE]',
        '  stack.yaml:7:3',
        '  > 7 |   music: { size: 1 }',
        '      |   ^^^^^',
        '  not done because of it: attach-volume:volume.music',
      ].join('\n'),
    )
  })

  it('is one line when all went well', () => {
    const outcomes = [{ stepId: server.id, outcome: { kind: 'done' } as const }]
    expect(resultText(planOf([server]), { status: 'converged', outcomes, made: [] }, resultOptions)).toBe(
      'Apply complete: 1 done, in 18.0s.\n',
    )
  })

  it('tells ids and addresses of what was made, servers by number, and counts what is too much', () => {
    const made = [10, 2, 1].map((index) => ({
      address: `server.web[${index}]` as Address,
      id: `i-${index}`,
      privateIp: '10.0.0.1',
      ...(index !== 1 && { publicIp: `192.0.2.${index}` }),
    }))
    expect(resultText(planOf([]), { status: 'converged', outcomes: [], made }, resultOptions)).toBe(
      [
        'server.web[1]   i-1   10.0.0.1',
        'server.web[2]   i-2   192.0.2.2',
        'server.web[10]  i-10  192.0.2.10',
        '',
        'Apply complete: 0 done, in 18.0s.',
        '',
      ].join('\n'),
    )
    const many = Array.from({ length: 100 }, () => made[0]!)
    expect(resultText(planOf([]), { status: 'converged', outcomes: [], made: many }, resultOptions)).toContain(
      'and 76 more',
    )
  })
})

function written(progress: (write: (line: string) => void) => (event: RunEvent) => void): string {
  let text = ''
  const sink = progress((line) => {
    text += line
  })
  for (const event of events) sink(event)
  return text
}

function partial(): ApplyResult {
  return {
    status: 'partial',
    made: [{ address: 'server.web' as Address, id: 'i-1' }],
    outcomes: [
      { stepId: server.id, outcome: { kind: 'done' } },
      { stepId: volume.id, outcome: failed },
      { stepId: attach.id, outcome: { kind: 'blocked', by: volume.id } },
    ],
  }
}

function planOf(steps: readonly Step[]): Plan {
  return {
    formatVersion: 1,
    stack: 'test',
    specDigest: '',
    liveDigest: '',
    complete: true,
    applyable: true,
    changes: [],
    steps,
    problems: [],
    unreadable: [],
    impossible: [],
    bindings: {},
    ledger: { id: undefined, before: [], after: [] },
  }
}
