import { expect, it } from 'vitest'
import { carryOutRound } from '../../../src/fleet/embedded/carry-out-round.js'
import { newJob } from '../../../src/fleet/jobs/new-job.js'
import type { FleetEngine, JobReport } from '../../../src/fleet/types.js'

it('tells every result, whatever cannot be written of it', async () => {
  const jobs = ['a', 'b'].map((id) =>
    newJob({ id, commit: undefined }, { fleet: 'acme', round: 'r', kind: 'apply', plan: undefined }),
  )
  const engine: FleetEngine = {
    carryOut: (all, on) => {
      for (const { stack } of all) on.ended({ id: stack, exitCode: 0 } as JobReport)
      return Promise.resolve()
    },
    keepsReports: false,
    close: () => Promise.resolve(),
  }
  const full = () => {
    throw new Error('no space left')
  }
  const warnings: string[] = []
  const told: string[] = []
  const reports = await carryOutRound(jobs, {
    engine,
    store: { reports: full, keep: full, close: full },
    journal: { ended: full, finished: full },
    on: { began: full, progressed: full, ended: ({ id }) => told.push(id) },
    signal: new AbortController().signal,
    notify: full,
    onWarning: (text) => warnings.push(text),
  })
  expect(reports.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(told).toEqual(['a', 'b'])
  expect(warnings).toHaveLength(7)
  expect(warnings).toContain('What was seen of b cannot be kept: no space left')
})
