import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writePlanFile } from '../../../src/app/saved-plan/plan-file.js'
import { carryOutJob } from '../../../src/fleet/jobs/carry-out-job.js'
import { newJob } from '../../../src/fleet/jobs/new-job.js'
import { planNameOf } from '../../../src/fleet/jobs/job.js'
import { shownPlanOf } from '../../../src/fleet/page/saved-plan.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { planBasis } from '../../../src/planner/saved/plan-basis.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { pageStack } from '../../support/fleet/page-world.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { withVolume } from '../../support/stack-texts.js'

it('a plan that was shown is carried out, and none that somebody has saved under its name since', async () => {
  const { path: plansFolder, remove } = temporaryDirectory('shown-plan')
  onTestFinished(remove)
  const stack = pageStack('web.stack.yaml')
  const run = '20261122T101500Z-1f2e3d'
  const plan = planNameOf(stack.id, run)
  const save = (sizeGiB: number) => {
    const spec = specOf(withVolume(`server: web, size: ${sizeGiB}, mount: /srv`))
    writePlanFile(join(plansFolder, `${plan}.json`), {
      madeAt: '2026-11-22T10:15:00.000Z',
      run,
      stackFile: { fromWorkingDirectory: 'a', fromPlanFile: 'a', absolute: '/a' },
      options: { variables: {}, hosts: true },
      basis: planBasis(spec, emptyLive(spec), {}),
      plan: makePlan(spec, emptyLive(spec)),
    })
  }
  save(10)
  const { digest: planDigest } = shownPlanOf(plansFolder, plan)
  const job = newJob(stack, { fleet: 'acme', round: 'r', kind: 'apply', plan, planDigest })
  // The stack's file is not there: so far it comes with the plan that was shown.
  expect(await carryOutJob(job, stack, { plansFolder })).toMatchObject({ errorCode: 'STACK_FILE_UNREADABLE' })
  save(20)
  expect(await carryOutJob(job, stack, { plansFolder })).toMatchObject({ errorCode: 'PLAN_STALE', exitCode: 5 })
})
