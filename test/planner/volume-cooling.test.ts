import { expect, it } from 'vitest'
import type { LiveModification } from '../../src/model/kinds/volume.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { withVolume } from '../support/stack-texts.js'

/** The plan of a larger size and other options, where EC2 remembers these modifications, at noon of the 21st. */
function planAfter(modifications: readonly LiveModification[]) {
  const before = specOf(withVolume('server: web, size: 10, mount: /srv'))
  const { live } = applyPlan(makePlan(before, emptyLive(before)), emptyLive(before))
  const spec = specOf(withVolume('server: web, size: 20, mount: /srv, options: noatime'))
  const volumes = live.volumes.map((volume) => ({ ...volume, modifications }))
  return makePlan(spec, { ...live, volumes }, { now: '2026-11-21T12:00:00.000Z' })
}

const completedAt = (startedAt: string): LiveModification => ({ state: 'completed', progress: 100, startedAt })
const day = ['2026-11-21T09:00:00.000Z', '2026-11-21T03:00:00.000Z', '2026-11-20T21:00:00.000Z'].map(completedAt)

it.each([
  [
    'one that is under way',
    [{ state: 'optimizing', progress: 40, startedAt: '2026-11-21T11:00:00.000Z' }],
    'when that is completed',
  ],
  [
    'another one that is under way',
    [{ state: 'modifying', progress: 0, startedAt: '2026-11-21T11:00:00.000Z', target: { sizeGiB: 15 } }],
    'when that is completed',
  ],
  ['four in 24 hours', [...day, completedAt('2026-11-20T15:00:00.000Z')], 'after 2026-11-21T15:00:00.000Z'],
] as const)('a modification waits after %s, and what does not depend on it is done', (_, modifications, when) => {
  const plan = planAfter(modifications)
  expect(plan.problems).toMatchObject([{ severity: 'warning', code: 'PLAN_VOLUME_COOLING' }])
  expect(plan.problems[0]?.hint).toContain(`apply again ${when}`)
  expect(plan.steps.map(({ kind }) => kind)).toEqual(['connect-host', 'mount-volume', 'write-fstab', 'tag-resource'])
  expect(plan.changes.find(({ address }) => address === 'volume.data')?.diffs).toContainEqual(
    expect.objectContaining({ path: 'size', before: 10, after: 20 }),
  )
})

it.each([
  ['none', []],
  ['three in 24 hours', day],
  [
    'the same one, which a run that was killed began',
    [{ state: 'modifying', progress: 0, startedAt: '2026-11-21T11:00:00.000Z', target: { sizeGiB: 20, type: 'gp3' } }],
  ],
  ['four, the first of them a day ago', [...day, completedAt('2026-11-20T11:59:59.000Z')]],
] as const)('a modification does not wait after %s', (_, modifications) => {
  const plan = planAfter(modifications)
  expect(plan.problems).toEqual([])
  expect(plan.steps.map(({ kind }) => kind)).toContain('modify-volume')
})
