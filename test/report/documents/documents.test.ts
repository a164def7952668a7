import { describe, expect, it } from 'vitest'
import { readDocument } from '../../../src/report/documents/read-document.js'

const plan = {
  kind: 'plan-view',
  formatVersion: 1,
  stack: 'demo',
  complete: true,
  applyable: true,
  changes: [
    {
      address: 'volume.data',
      kind: 'update',
      reason: 'r',
      impact: 'none',
      diffs: [{ path: 'size', before: 1, after: 2 }],
    },
  ],
  steps: [],
  problems: [],
  unreadable: [],
  impossible: [],
}
const drift = { ...plan, kind: undefined, changes: undefined, status: 'in-sync', drifted: [], pending: [] }

const at = (second: number) => `2026-11-22T06:00:0${second}.000Z`
const event = (name: string, second: number, members: object) =>
  JSON.stringify({ formatVersion: 1, event: name, time: at(second), ...members })
const begun = event('run-started', 0, { run: 'r1', stack: 'demo', steps: 2 })
const server = { step: 'create-server:server.web', kind: 'create-server', address: 'server.web' }
const journal = [
  begun,
  event('step-started', 1, { ...server, needs: [] }),
  event('step-retried', 2, { step: server.step, attempt: 2, delayMs: 1, error: { code: 'X', message: 'm' } }),
  event('of-a-newer-version', 2, {}),
  event('step-finished', 3, { ...server, outcome: 'done', durationMs: 2000 }),
]

const mistakesOf = (text: string) => {
  const read = readDocument(text)
  return 'mistakes' in read ? read.mistakes : []
}

describe('a document', () => {
  it('is known by what is in it', () => {
    const kinds = [JSON.stringify(plan), JSON.stringify(drift), journal.join('\n')].map((text) => readDocument(text))
    expect(kinds).toMatchObject([
      { document: { kind: 'plan' } },
      { document: { kind: 'drift' } },
      { document: { kind: 'run' } },
    ])
  })

  it('may have members that nobody knows yet', () => {
    expect(mistakesOf(JSON.stringify({ ...plan, new: 1 }))).toEqual([])
  })

  it('is refused with every mistake in it', () => {
    const broken = {
      ...plan,
      stack: 4,
      complete: undefined,
      changes: [{ ...plan.changes[0], kind: 'grow' }],
      steps: {},
    }
    expect(mistakesOf(JSON.stringify(broken))).toEqual([
      'stack is 4, and not a text',
      'complete is missing, and not true or false',
      'changes[0].kind is "grow", and not one of create, update, replace, remove, adopt, none',
      'steps is a mapping, and not a list',
    ])
  })

  it.each(
    [
      ['', 'it is empty'],
      ['nothing', 'it is not JSON, or not whole'],
      ['[]', 'it is neither a plan nor a drift report nor the journal of a run'],
      ['{}', 'it is neither a plan nor a drift report nor the journal of a run'],
      [JSON.stringify({ ...plan, formatVersion: 2 }), 'its formatVersion is 2, and this evenkeel reads 1'],
      [journal.slice(1).join('\n'), 'the beginning of the run is missing: line 1 is no run-started'],
      [`${begun}\nnoise\n${begun}`, 'line 2 is no event of a run'],
      [
        `${begun}\n${event('step-finished', 1, { ...server, outcome: 'well' })}`,
        'line 2.outcome is "well", and not one of done, unchanged, failed, blocked, cancelled',
      ],
    ].map(([text = '', mistake = '']) => [mistake, text]),
  )('is told: %s', (mistake, text) => {
    expect(mistakesOf(text)).toEqual([mistake])
  })

  it('counts mistakes that are too many to tell', () => {
    const changes = Array.from({ length: 30 }, () => 1)
    expect(mistakesOf(JSON.stringify({ ...plan, changes }))).toHaveLength(21)
    expect(mistakesOf(JSON.stringify({ ...plan, changes })).at(-1)).toBe('and 10 more')
  })
})

describe('a journal', () => {
  const runOf = (text: string) => {
    const read = readDocument(text)
    return 'document' in read && read.document.kind === 'run' ? read.document.run : undefined
  }

  it('tells when each step began and ended, since the run did', () => {
    const end = event('result', 4, { status: 'converged', durationMs: 4000 })
    expect(runOf([...journal, end].join('\n'))).toMatchObject({
      stack: 'demo',
      run: 'r1',
      startedAt: at(0),
      status: 'converged',
      durationMs: 4000,
      planned: 2,
      steps: [{ id: server.step, startMs: 1000, endMs: 3000, outcome: 'done', retries: 1, needs: [] }],
    })
  })

  it('of a run that was killed ends in the middle of a line', () => {
    const cut = `${journal.slice(0, 3).join('\n')}\n{"formatVersion":1,"ev`
    expect(runOf(cut)).toMatchObject({ status: 'unfinished', steps: [{ endMs: undefined, outcome: undefined }] })
    expect(runOf(begun)).toMatchObject({ status: 'unfinished', steps: [] })
  })
})
