import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { makePlan } from '../../src/planner/make-plan.js'
import type { Change, Diff } from '../../src/model/change.js'
import type { Plan } from '../../src/model/plan.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { oneServer } from '../support/stack-texts.js'

const spec = specOf(oneServer)
const empty = makePlan(spec, emptyLive(spec))

const moved: Diff = { path: 'size', before: 30, after: 20, cause: 'drift' }
const wanted: Diff = { path: 'type', before: 'gp2', after: 'gp3', cause: 'pending' }

describe('a drift report', () => {
  it('tells drift in the order in which it happened: applied, then live', () => {
    const report = driftOf(planWith([moved, wanted]))
    expect(report.drifted).toEqual([{ address: 'volume.data', diffs: [{ path: 'size', before: 20, after: 30 }] }])
    expect(report.pending).toEqual([{ address: 'volume.data', diffs: [{ path: 'type', before: 'gp2', after: 'gp3' }] }])
    expect(report.status).toBe('drift')
  })

  it('says of what is gone that it is gone, and nothing of what it was like', () => {
    const gone: Diff = { path: 'exists', before: false, after: true, cause: 'drift' }
    const report = driftOf(planWith([gone, { path: 'type', before: null, after: 'gp3', cause: 'drift' }]))
    expect(report.drifted[0]?.diffs).toEqual([{ path: 'exists', before: true, after: false }])
  })

  it('leaves the figures of a copy out', () => {
    const files: Diff = { path: 'files', before: '1 file differs: 1 changed', after: 'as in ./', cause: 'drift' }
    const report = driftOf(planWith([files, { path: 'files.changed', before: null, after: 1, cause: 'drift' }]))
    expect(report.drifted[0]?.diffs.map(({ path }) => path)).toEqual(['files'])
  })

  it.each([
    ['in-sync', [], true],
    ['pending', [wanted], true],
    ['unknown', [wanted], false],
    ['unknown', [], false],
    ['drift', [moved], false],
  ] as const)('is %s by %j, complete: %s', (status, diffs, complete) => {
    expect(driftOf({ ...planWith(diffs), complete }).status).toBe(status)
  })
})

function planWith(diffs: readonly Diff[]): Plan {
  const change: Change = {
    address: at('volume.data'),
    kind: diffs.length === 0 ? 'none' : 'update',
    reason: '',
    impact: 'none',
    diffs,
  }
  return { ...empty, changes: [change] }
}
