import { describe, expect, it } from 'vitest'
import { PlanError } from '../../src/core/errors.js'
import { checkpointsOf, findCheckpoint, restoredBy } from '../../src/model/checkpoint.js'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { makeCheckpointPlan, makeSnapshotPlan } from '../../src/planner/snapshot-plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { oneServer } from '../support/stack-texts.js'

const text = `${oneServer}  db: { image: ami-00000001, type: t3.small }
volumes:
  music: { server: web, size: 10, mount: /srv }
  photos: { server: web, size: 5, mount: /photos, fstype: xfs }
  tables: { server: db, size: 5, mount: /var/lib/db }
  loose: { size: 1 }
`
const spec = specOf(text)

describe('a checkpoint', () => {
  it('freezes what lies on one server together, and takes what is unattached beside it', () => {
    const plan = makeCheckpointPlan(spec, settled(), 'v1', { run: 'run-5' })
    const sets = plan.steps.flatMap((step) =>
      step.kind === 'create-snapshots' ? [[step.server, step.snapshots.map(({ tags }) => tags[tagKeys.address])]] : [],
    )
    expect(sets).toEqual(
      expect.arrayContaining([
        ['server.web', ['volume.music', 'volume.photos']],
        ['server.db', ['volume.tables']],
        [undefined, ['volume.loose']],
      ]),
    )
    expect(plan.ledger.after).toEqual(plan.ledger.before)
    expect(plan.changes.map(({ address }) => address)).toHaveLength(4)
  })

  it('is complete when it has a completed snapshot of each volume, and says what it was taken from', () => {
    const [checkpoint] = checkpointsOf(taken().snapshots, 'demo')
    expect(checkpoint).toMatchObject({ name: 'v1', state: 'complete', size: 4, revision: 'abc' })
    expect(checkpoint?.specDigest).toMatch(/^[0-9a-f]{64}$/)
    expect(checkpointsOf(taken().snapshots, 'other')).toEqual([])
  })

  it('is in progress while one is pending, and incomplete without one or with one that failed', () => {
    const { snapshots } = taken()
    const stateOf = (changed: readonly LiveSnapshot[]) => findCheckpoint(changed, 'demo', 'v1')?.state
    const [first, ...rest] = snapshots
    if (!first) throw new Error('no snapshot')
    expect(stateOf([{ ...first, state: 'pending' }, ...rest])).toBe('in-progress')
    expect(stateOf(rest)).toBe('incomplete')
    expect(stateOf([{ ...first, state: 'error' }, ...rest])).toBe('incomplete')
  })

  it('does not take a name that is in use, and clears what is left of one that failed', () => {
    const live = taken()
    expect(() => makeCheckpointPlan(spec, live, 'v1')).toThrow(PlanError)
    const half = { ...live, snapshots: live.snapshots.slice(1) }
    const plan = makeCheckpointPlan(spec, half, 'v1', { run: 'run-6' })
    expect(plan.steps.filter(({ kind }) => kind === 'delete-snapshot')).toHaveLength(3)
    const { live: after, failed } = applyPlan(plan, half, Infinity, 3)
    expect(failed).toEqual([])
    expect(checkpointsOf(after.snapshots, 'demo').map(({ state }) => state)).toEqual(['complete'])
  })

  it('needs volumes', () => {
    const nothing = specOf(oneServer)
    expect(() => makeCheckpointPlan(nothing, emptyLive(nothing), 'v1')).toThrow(/no volumes/)
  })

  it('brings every volume to it, after which a plain plan is empty', () => {
    const live = taken()
    const restore = restoredBy(found(live), spec.volumes)
    const plan = makePlan(spec, live, { restore, run: 'run-7' })
    expect(plan.changes.filter(({ kind }) => kind === 'replace')).toHaveLength(4)
    const { live: after, failed } = applyPlan(plan, live, Infinity, 3)
    expect(failed).toEqual([])
    expect(new Set(after.volumes.map(({ snapshotId }) => snapshotId))).toEqual(new Set(Object.values(restore)))
    expect(makePlan(spec, after).steps).toEqual([])
  })

  it('makes a second environment under another name', () => {
    const copy = specOf(text.replace('stack: demo', 'stack: copy'))
    const { snapshots } = taken()
    const restore = restoredBy(found(taken()), copy.volumes)
    const live = emptyLive(copy, { snapshots })
    const { live: after, failed } = applyPlan(makePlan(copy, live, { restore }), live)
    expect(failed).toEqual([])
    expect(new Set(after.volumes.map(({ snapshotId }) => snapshotId))).toEqual(new Set(Object.values(restore)))
    expect(makePlan(copy, { ...after, snapshots: [] }).steps).toEqual([])
  })
})

describe('a snapshot by hand', () => {
  it('is the only thing in its plan', () => {
    const live = settled()
    const volume = live.volumes.find(({ address }) => address === 'volume.music')
    if (!volume) throw new Error('no volume')
    const plan = makeSnapshotPlan(specOf(text.replace('size: 10', 'size: 20')), live, volume)
    expect(plan.steps.map(({ id }) => id)).toEqual(['connect-host:server.web', 'create-snapshot:volume.music'])
    expect(plan.changes.map(({ address }) => address)).toEqual(['volume.music'])
  })

  it('of a server that cannot be entered is taken as it is, with a word about it', () => {
    const live: LiveStack = { ...settled(), hosts: { 'server.web': { kind: 'unreadable', reason: 'no route' } } }
    const [volume] = live.volumes.filter(({ address }) => address === 'volume.music')
    if (!volume) throw new Error('no volume')
    const plan = makeSnapshotPlan(spec, live, volume)
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['create-snapshot'])
    expect(plan.problems.map(({ code, severity }) => [code, severity])).toEqual([['PLAN_UNREADABLE', 'warning']])
  })
})

function settled(): LiveStack {
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  return { ...live, images: imagesFor(spec) }
}

function taken(): LiveStack {
  const live = settled()
  const { live: after, failed } = applyPlan(
    makeCheckpointPlan(spec, live, 'v1', { run: 'run-5', revision: 'abc' }),
    live,
    Infinity,
    2,
  )
  expect(failed).toEqual([])
  return after
}

function found(live: LiveStack) {
  const checkpoint = findCheckpoint(live.snapshots, 'demo', 'v1')
  if (!checkpoint) throw new Error(`no checkpoint of ${at('volume.music')}`)
  return checkpoint
}
