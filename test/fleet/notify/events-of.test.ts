import { describe, expect, it } from 'vitest'
import { eventsOf, toldNothing } from '../../../src/fleet/notify/events-of.js'
import type { JobReport } from '../../../src/fleet/types.js'

type Seen = readonly [JobReport['kind'], JobReport['state'], Partial<JobReport>?]

function told(...reports: readonly Seen[]): readonly string[] {
  let memory = toldNothing
  return reports.map(([kind, state, more]) => {
    const { events, told } = eventsOf(memory, { kind, state, exitCode: 0, ...more } as JobReport)
    memory = told
    return events.join(' ')
  })
}

describe('what is told', () => {
  it.each<readonly [string, readonly Seen[], readonly string[]]>([
    [
      'drift, once, and once that it is over',
      [
        ['drift', 'drift'],
        ['drift', 'drift'],
        ['drift', 'in-sync'],
        ['drift', 'in-sync'],
      ],
      ['drift', '', 'recovered', ''],
    ],
    [
      'not that drift is over, by a plan',
      [
        ['drift', 'drift'],
        ['plan', 'pending'],
        ['drift', 'drift'],
      ],
      ['drift', '', ''],
    ],
    [
      'nothing new by what could not be looked at',
      [
        ['drift', 'drift'],
        ['drift', 'unknown'],
        ['drift', 'drift'],
      ],
      ['drift', '', ''],
    ],
    [
      'nothing by a lock',
      [
        ['apply', 'locked'],
        ['drift', 'in-sync'],
      ],
      ['', ''],
    ],
    [
      'an apply that ends drift',
      [
        ['drift', 'drift'],
        ['apply', 'in-sync', { changedBy: 'run-1' }],
        ['drift', 'in-sync'],
      ],
      ['drift', 'applied recovered', ''],
    ],
    [
      'an apply once for each run, whoever else finds that it has ended',
      [
        ['apply', 'in-sync', { changedBy: 'run-1' }],
        ['apply', 'in-sync', { changedBy: 'run-1' }],
        ['drift', 'in-sync'],
        ['apply', 'in-sync', { changedBy: 'run-1' }],
        ['apply', 'in-sync', { changedBy: 'run-2' }],
      ],
      ['applied', '', '', '', 'applied'],
    ],
    ['no apply that had nothing to do', [['apply', 'in-sync']], ['']],
    [
      'a failure, once, and that it is over',
      [
        ['plan', 'failed'],
        ['drift', 'failed'],
        ['plan', 'pending'],
      ],
      ['failed', '', 'recovered'],
    ],
    [
      'an apply that failed as over when all is well alone',
      [
        ['apply', 'failed'],
        ['plan', 'pending'],
        ['plan', 'in-sync'],
      ],
      ['failed', '', 'recovered'],
    ],
    ['no failure of what was interrupted', [['apply', 'failed', { exitCode: 130 }]], ['']],
    [
      'not that all is well while something else is not',
      [
        ['drift', 'drift'],
        ['drift', 'failed'],
        ['drift', 'drift'],
      ],
      ['drift', 'failed', ''],
    ],
  ])('is %s', (_, reports, events) => {
    expect(told(...reports)).toEqual(events)
  })
})
