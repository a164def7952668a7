import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { driftOf } from '../../src/model/drift-report.js'
import { makePlan, type PlanOptions } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { prunableSnapshots } from '../../src/planner/decide/snapshots/snapshot-retention.js'
import { tagKeys } from '../../src/model/tags.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { withVolume } from '../support/stack-texts.js'

const daily = withVolume('server: web, size: 10, mount: /srv, snapshots: { every: 24h, keep: { last: 2 } }')
const now = '2026-11-21T12:00:00.000Z'

describe('a snapshot is due', () => {
  it('when the newest one is as old as the file allows, and not before', () => {
    const live = settled(daily)
    expect(kindsOf(planOf(daily, withSnapshots(live, '2026-11-20T12:00:00.000Z')))).toEqual(['create-snapshot'])
    expect(kindsOf(planOf(daily, withSnapshots(live, '2026-11-20T12:00:01.000Z')))).toEqual([])
  })

  it('also while none is completed, and not because one failed', () => {
    const live = settled(daily)
    const pending = withSnapshots(live, '2026-11-21T11:00:00.000Z', { state: 'pending' })
    expect(kindsOf(planOf(daily, pending))).toEqual([])
    const failed = withSnapshots(live, '2026-11-21T11:00:00.000Z', { state: 'error' })
    const old = {
      ...failed,
      volumes: failed.volumes.map((volume) => ({ ...volume, createdAt: '2026-01-01T00:00:00.000Z' })),
    }
    expect(kindsOf(planOf(daily, old))).toEqual(['create-snapshot'])
  })

  it('a period after the volume was made, so that a plan after the first apply is empty', () => {
    expect(kindsOf(planOf(daily, settled(daily, '2026-11-21T11:59:00.000Z')))).toEqual([])
    expect(kindsOf(planOf(daily, settled(daily, '2026-11-20T11:59:00.000Z')))).toEqual(['create-snapshot'])
  })

  it('neither as drift nor as something pending, and never without a moment', () => {
    const live = settled(daily, '2026-01-01T00:00:00.000Z')
    const plan = planOf(daily, live)
    expect(plan.changes.find(({ address }) => address === 'volume.data')).toMatchObject({
      kind: 'update',
      reason: 'a snapshot is due',
      diffs: [],
      impact: 'none',
    })
    expect(driftOf(plan).status).toBe('in-sync')
    expect(planOf(daily, live, {}).steps).toEqual([])
  })

  it('with everything that makes the volume again, and the next version', () => {
    const live = withSnapshots(settled(daily), '2026-11-01T00:00:00.000Z')
    const step = planOf(daily, live, { now, revision: 'abc', run: 'run-7' }).steps.find(
      ({ kind }) => kind === 'create-snapshot',
    )
    expect(step).toMatchObject({
      hold: { how: 'freeze', server: 'server.web' },
      tags: {
        [tagKeys.stack]: 'demo',
        [tagKeys.address]: 'volume.data',
        [tagKeys.version]: '2',
        [tagKeys.fstype]: 'ext4',
        [tagKeys.mount]: '/srv',
        [tagKeys.size]: '10',
        [tagKeys.origin]: 'blank',
        [tagKeys.onRemove]: 'snapshot',
        [tagKeys.revision]: 'abc',
        [tagKeys.run]: 'run-7',
      },
    })
  })

  it('after what the plan copies to the volume', () => {
    const text = `${daily}sync:\n  site: { from: ./site/, to: volume.data/site/ }\n`
    const live = settled(text, '2026-01-01T00:00:00.000Z')
    const facts = live.syncs['sync.site']
    if (facts?.kind !== 'read') throw new Error('not read')
    const plan = planOf(text, { ...live, syncs: { 'sync.site': { ...facts, filesChanged: 1 } } })
    const step = plan.steps.find(({ kind }) => kind === 'create-snapshot')
    expect(step?.needs).toContain('copy-files:sync.site')
  })

  it('with the filesystem frozen, unmounted, or as it is', () => {
    const holdOf = (text: string) => {
      const step = planOf(text, settled(text, '2026-01-01T00:00:00.000Z')).steps.find(
        ({ kind }) => kind === 'create-snapshot',
      )
      return step?.kind === 'create-snapshot' ? step.hold : 'none planned'
    }
    expect(holdOf(daily)).toEqual({ how: 'freeze', server: 'server.web' })
    expect(holdOf(daily.replace('every', 'consistent: unmount, every'))).toMatchObject({
      how: 'unmount',
      fstype: 'ext4',
    })
    expect(holdOf(daily.replace('every', 'consistent: none, every'))).toBeUndefined()
  })
})

describe('pruning', () => {
  const moments = [1, 2, 3, 4, 5].map((day) => `2026-11-0${day}T00:00:00.000Z`)

  it('counts the snapshot that is taken in the same plan, and waits for it', () => {
    const plan = planOf(daily, withSeveral(settled(daily), moments))
    expect(kindsOf(plan)).toEqual(['create-snapshot', ...Array.from({ length: 4 }, () => 'delete-snapshot')])
    for (const step of plan.steps) {
      if (step.kind === 'delete-snapshot') expect(step.needs).toEqual(['create-snapshot:volume.data'])
    }
    const { live, failed } = applyPlan(plan, withSeveral(settled(daily), moments), Infinity, 2)
    expect(failed).toEqual([])
    const isPlannedAgain = planOf(daily, { ...live, snapshots: live.snapshots.map(startedNow) })
    expect(kindsOf(isPlannedAgain)).toEqual([])
  })

  it('leaves alone what an image uses, a checkpoint, another stack and what the file names', () => {
    const live = withSeveral(settled(daily), moments)
    const gone = (change: Partial<LiveSnapshot>, text = daily) =>
      planOf(text, {
        ...live,
        snapshots: live.snapshots.map((one, index) => (index === 0 ? { ...one, ...change } : one)),
      }).steps.flatMap((step) => (step.kind === 'delete-snapshot' ? [step.snapshotId] : []))
    const [first] = live.snapshots
    expect(gone({})).toContain('snap-1')
    expect(gone({ imageIds: ['ami-1'] })).not.toContain('snap-1')
    expect(gone({ tags: { ...first?.tags, [tagKeys.checkpoint]: 'release' } })).not.toContain('snap-1')
    expect(gone({ tags: { ...first?.tags, [tagKeys.stack]: 'other' } })).not.toContain('snap-1')
    const named = daily.replace('size: 10', 'size: 10, snapshot: { name: data, version: 1 }')
    expect(gone({}, named)).not.toContain('snap-1')
  })

  it('does nothing without rules', () => {
    const text = daily.replace(', keep: { last: 2 }', '')
    expect(kindsOf(planOf(text, withSeveral(settled(text), moments)))).toEqual(['create-snapshot'])
  })
})

describe('retention of random histories', () => {
  const histories = fc.array(fc.integer({ min: 0, max: 400 * 24 }), { maxLength: 60 }).map((hours) =>
    hours.map((hour, index) => ({
      id: `snap-${index}`,
      startedAt: new Date(Date.UTC(2026, 0, 1) + hour * 3_600_000).toISOString(),
    })),
  )
  const counts = fc.nat(10)
  const rules = fc.record({ last: counts, daily: counts, weekly: counts })

  it('never lets the newest go, keeps the last ones, and one of each day and week that the rules name', () => {
    fc.assert(
      fc.property(histories, rules, (history, keep) => {
        const gone = new Set(prunableSnapshots(history, keep))
        const kept = history.filter(({ id }) => !gone.has(id))
        const newestFirst = history
          .map(({ startedAt }) => startedAt)
          .sort()
          .reverse()
        if (history.length > 0) expect(kept.map(({ startedAt }) => startedAt)).toContain(newestFirst[0])
        const keptMoments = kept
          .map(({ startedAt }) => startedAt)
          .sort()
          .reverse()
        expect(keptMoments.slice(0, keep.last)).toEqual(newestFirst.slice(0, keep.last))
        const days = [...new Set(newestFirst.map((moment) => moment.slice(0, 10)))].slice(0, keep.daily)
        for (const day of days) {
          expect(keptMoments).toContain(newestFirst.find((moment) => moment.startsWith(day)))
        }
        expect(kept.length).toBeLessThanOrEqual(Math.max(1, keep.last) + keep.daily + keep.weekly)
      }),
    )
  })

  it('lets go of nothing more when asked again, whatever comes of a snapshot a day', () => {
    fc.assert(
      fc.property(histories, rules, (history, keep) => {
        const gone = new Set(prunableSnapshots(history, keep))
        expect(
          prunableSnapshots(
            history.filter(({ id }) => !gone.has(id)),
            keep,
          ),
        ).toEqual([])
      }),
    )
  })

  it('keeps weeks by Monday', () => {
    const sunday = { id: 'a', startedAt: '2026-11-22T23:59:59.000Z' }
    const monday = { id: 'b', startedAt: '2026-11-23T00:00:00.000Z' }
    expect(prunableSnapshots([sunday, monday], { last: 0, daily: 0, weekly: 2 })).toEqual([])
    const saturday = { id: 'c', startedAt: '2026-11-21T00:00:00.000Z' }
    expect(prunableSnapshots([sunday, saturday, monday], { last: 0, daily: 0, weekly: 2 })).toEqual(['c'])
  })
})

function snapshotAt(startedAt: string, version: number, change: Partial<LiveSnapshot> = {}): LiveSnapshot {
  return {
    address: at('volume.data'),
    id: `snap-${version}`,
    tags: { [tagKeys.stack]: 'demo', [tagKeys.address]: 'volume.data', [tagKeys.version]: String(version) },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt,
    sizeGiB: 10,
    ...change,
  }
}

function startedNow(snapshot: LiveSnapshot): LiveSnapshot {
  return snapshot.tags[tagKeys.version] === '6' ? { ...snapshot, startedAt: now } : snapshot
}

function withSnapshots(live: LiveStack, startedAt: string, change: Partial<LiveSnapshot> = {}): LiveStack {
  return { ...live, snapshots: [snapshotAt(startedAt, 1, change)] }
}

function withSeveral(live: LiveStack, moments: readonly string[]): LiveStack {
  return { ...live, snapshots: moments.map((moment, index) => snapshotAt(moment, index + 1)) }
}

function settled(text: string, createdAt = now): LiveStack {
  const spec = specOf(text)
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  return { ...live, volumes: live.volumes.map((volume) => ({ ...volume, createdAt })) }
}

function planOf(text: string, live: LiveStack, options: PlanOptions = { now }): Plan {
  const spec = specOf(text)
  return makePlan(spec, { ...live, images: imagesFor(spec) }, options)
}

function kindsOf(plan: Plan) {
  return plan.steps.filter(({ address }) => address === 'volume.data').map(({ kind }) => kind)
}
