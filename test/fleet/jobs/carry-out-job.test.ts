import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { carryOutJob } from '../../../src/fleet/jobs/carry-out-job.js'
import { newJob } from '../../../src/fleet/jobs/new-job.js'
import { findStacks } from '../../../src/fleet/stacks/find-stacks.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

it('says that the fleet has a stack no more', async () => {
  const job = newJob({ id: 'a.yaml', commit: undefined }, { fleet: 'acme', round: 'r', kind: 'drift' })
  const report = await carryOutJob(job, undefined, { plansFolder: '/nowhere' })
  expect(report).toMatchObject({ id: 'a.yaml', state: 'failed', errorCode: 'FLEET_STACK_UNKNOWN', exitCode: 1 })
})

it('does nothing with a stack that nobody works on, and reads none of it', async () => {
  const directory = temporaryDirectory('fleet-refused')
  try {
    mkdirSync(join(directory.path, 'stacks'))
    for (const name of ['a', 'b']) {
      writeFileSync(join(directory.path, 'stacks', `${name}.yaml`), 'evenkeel: 1\nstack: web\ntarget: sandbox\n')
    }
    const { stacks } = await findStacks({
      name: 'acme',
      path: join(directory.path, 'fleet.yaml'),
      sources: [{ kind: 'files', patterns: ['stacks/*'] }],
      rules: [],
      limits: [],
      notifications: [],
    })
    // What a refused link leads to is nobody's business, and least of all that of who reads the report.
    for (const { file } of stacks) writeFileSync(file, 'root:x:0:0')
    for (const kind of ['plan', 'drift', 'apply'] as const) {
      const reports = await Promise.all(
        stacks.map((stack) =>
          carryOutJob(newJob(stack, { fleet: 'acme', round: 'r', kind }), stack, { plansFolder: directory.path }),
        ),
      )
      for (const { state, errorCode, text } of reports) {
        expect({ state, errorCode }).toEqual({ state: 'failed', errorCode: 'FLEET_STACK_REFUSED' })
        expect(text).toContain('one of both has to have another name')
        expect(text).not.toContain('root')
      }
    }
  } finally {
    directory.remove()
  }
})
