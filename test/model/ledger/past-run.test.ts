import { describe, expect, it } from 'vitest'
import { pastRuns, type LedgerEntry } from '../../../src/model/ledger/past-run.js'
import { parseRunNote } from '../../../src/model/ledger/run-note.js'

const none = { create: 0, update: 0, replace: 0, remove: 0, adopt: 0 }
const entry = (version: number, run?: string, outcome?: 'converged'): LedgerEntry => ({
  version,
  at: `2026-11-21T12:00:0${version}.000Z`,
  principal: undefined,
  ...(run !== undefined && { note: { run, changes: none, ...(outcome && { outcome }) } }),
})

describe('the runs that a ledger tells of', () => {
  it('stand newest first, each once, as was said of it last', () => {
    const runs = pastRuns([entry(4, 'b'), entry(2, 'a', 'converged'), entry(1, 'a'), entry(3)])
    expect(runs.map(({ run, outcome }) => [run, outcome])).toEqual([
      ['b', undefined],
      ['a', 'converged'],
    ])
    expect(runs[1]).toMatchObject({ firstAt: '2026-11-21T12:00:01.000Z', lastAt: '2026-11-21T12:00:02.000Z' })
  })

  it('are none where nothing tells of one', () => {
    expect(pastRuns([entry(1), entry(2)])).toEqual([])
  })
})

describe('what is noted of a run', () => {
  it('is read as far as it is understood', () => {
    expect(parseRunNote({ run: 'a', by: 7, changes: { create: 2, update: -1, remove: '3' }, outcome: 'gone' })).toEqual(
      {
        run: 'a',
        changes: { ...none, create: 2 },
      },
    )
  })

  it.each([undefined, null, 'a', {}, { run: '' }, { run: 3 }])('is nothing where it is %j', (value) => {
    expect(parseRunNote(value)).toBeUndefined()
  })
})
