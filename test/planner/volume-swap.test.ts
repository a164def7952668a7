import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan, type PlanOptions } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { oneServer, withVolume } from '../support/stack-texts.js'

const mounted = withVolume('server: web, size: 10, mount: /srv')
const moved = mounted.replace('type:', 'zone: us-east-1b, type:')
const restore = { restore: { [at('volume.data')]: 'snap-3' }, run: 'run-9' } as const

describe('a restore', () => {
  it('saves the present volume, marks it, and only then makes the other one; the old one goes last', () => {
    const plan = planOf(mounted, withSnapshots(settled(mounted)), restore)
    expect(kindsOf(plan)).toEqual([
      'unmount-volume',
      'detach-volume',
      'create-snapshot',
      'supersede-volume',
      'create-volume',
      'attach-volume',
      'mount-volume',
      'write-fstab',
      'tag-resource',
      'verify-volume',
      'delete-volume',
    ])
    expect(plan.applyable).toBe(true)
    const change = plan.changes.find(({ address }) => address === 'volume.data')
    expect(change).toMatchObject({ kind: 'replace', impact: 'downtime' })
    expect(change?.reason).toMatch(/version 3.*stays as a snapshot/)
  })

  it('is followed by an empty plan, and by one volume that is made from the version', () => {
    const { live, failed } = apply(mounted, withSnapshots(settled(mounted)), restore)
    expect(failed).toEqual([])
    expect(live.volumes.map(({ snapshotId }) => snapshotId)).toEqual(['snap-3'])
    expect(live.snapshots).toHaveLength(2)
    expect(planOf(mounted, live).steps).toEqual([])
  })

  it('keeps the old volume where it is to be retained, out of the plan', () => {
    const text = withVolume('server: web, size: 10, mount: /srv, onRemove: retain')
    const { live, failed } = apply(text, withSnapshots(settled(text)), restore)
    expect(failed).toEqual([])
    expect(live.volumes).toHaveLength(2)
    expect(live.volumes.filter(({ tags }) => tags[tagKeys.superseded] !== undefined)).toEqual([])
    expect(planOf(text, live).steps).toEqual([])
  })

  it('counts what the old volume leaves behind among those that are kept, and keeps what it was restored from', () => {
    const text = mounted.replace('mount: /srv', 'mount: /srv, snapshots: { every: 7d, keep: { last: 1 } }')
    const live = withSnapshots(settled(text))
    const old = { ...version3, id: 'snap-2', startedAt: '2026-10-01T10:00:00.000Z' }
    const before = { ...live, snapshots: [old, ...live.snapshots] }
    const now = '2026-11-21T02:00:00.000Z'
    const plan = planOf(text, before, { ...restore, now })
    expect(plan.steps.flatMap((step) => (step.kind === 'delete-snapshot' ? [step.snapshotId] : []))).toEqual(['snap-2'])
    const { live: after, failed } = applyPlan(plan, before, Infinity, 2)
    expect(failed).toEqual([])
    expect(after.snapshots).toHaveLength(2)
    expect(planOf(text, after, { now }).steps).toEqual([])
  })

  it('refuses a snapshot of another filesystem, one that is larger, and one that is not completed', () => {
    const live = settled(mounted)
    const codes = (change: Partial<LiveSnapshot>) =>
      planOf(mounted, withSnapshots(live, change), restore).problems.map(({ code }) => code)
    expect(codes({ tags: { ...version3.tags, [tagKeys.fstype]: 'xfs' } })).toEqual(['PLAN_FILESYSTEM_MISMATCH'])
    expect(codes({ sizeGiB: 11 })).toEqual(['PLAN_VOLUME_SHRINK'])
    expect(codes({ state: 'pending' })).toEqual(['PLAN_SNAPSHOT_NOT_READY'])
    expect(planOf(mounted, withSnapshots(live, { sizeGiB: 11 }), restore).steps).toEqual([])
  })
})

describe('a volume that its own server names in its user data', () => {
  const named = mounted.replace('type:', 'onUserDataChange: replace, userData: "${volume.data.id}", type:')
  const elsewhere = named.replace('type:', 'zone: us-east-1b, type:')

  it('changes its zone with the server, whose old instance ends first, and says why', () => {
    const plan = planOf(elsewhere, settled(named))
    expect(plan.problems).toEqual([])
    const change = plan.changes.find(({ address }) => address === 'server.web')
    expect(change).toMatchObject({ kind: 'replace' })
    expect(change?.reason).toMatch(/the old one ends first, because the launch of the new one waits/)
    const kinds = plan.steps.map(({ kind }) => kind)
    expect(kinds.indexOf('create-snapshot')).toBeLessThan(kinds.indexOf('terminate-server'))
    expect(kinds.indexOf('terminate-server')).toBeLessThan(kinds.indexOf('create-server'))
    const { live, failed } = apply(elsewhere, settled(named), {})
    expect(failed).toEqual([])
    expect(planOf(elsewhere, live).steps).toEqual([])
  })
})

describe('a sync rule that writes to a volume', () => {
  it('copies again in the plan in which another volume takes its place, so that the next plan is empty', () => {
    const text = `${mounted}sync:\n  site: { from: ./site/, to: volume.data/site/ }\n`
    const plan = planOf(text, withSnapshots(settled(text)), restore)
    const copy = plan.steps.find(({ kind }) => kind === 'copy-files')
    expect(copy?.needs).toEqual(['connect-host:server.web', 'mount-volume:volume.data'])
    const { live, failed } = apply(text, withSnapshots(settled(text)), restore)
    expect(failed).toEqual([])
    expect(planOf(text, live).steps).toEqual([])
  })
})

describe('a volume that must be in another zone', () => {
  it('is made there from a snapshot of its own, and checked before the old one goes', () => {
    const plan = planOf(moved, settled(mounted))
    const creation = plan.steps.find(({ kind }) => kind === 'create-volume')
    expect(creation).toMatchObject({ zone: 'us-east-1b', snapshotStep: 'create-snapshot:volume.data' })
    const verification = plan.steps.find(({ kind }) => kind === 'verify-volume')
    expect(verification).toMatchObject({ uuid: settledUuid() })
    expect(plan.changes.find(({ address }) => address === 'volume.data')?.reason).toMatch(/zone is fixed/)
  })

  it('is followed by an empty plan', () => {
    const { live, failed } = apply(moved, settled(mounted))
    expect(failed).toEqual([])
    expect(live.volumes.map(({ zone }) => zone)).toEqual(['us-east-1b'])
    expect(planOf(moved, live).steps).toEqual([])
  })

  it('is the same for a volume without a server, for encryption and for a key', () => {
    const loose = `${oneServer}volumes:\n  data: { size: 10, zone: us-east-1a }\n`
    const live = settled(loose)
    for (const text of [
      loose.replace('us-east-1a', 'us-east-1b'),
      loose.replace('size', 'encrypted: true, size'),
      loose.replace('size', 'kmsKey: alias/staging, size'),
    ]) {
      const { failed, live: after } = apply(text, live)
      expect(failed).toEqual([])
      expect(after.volumes).toHaveLength(1)
      expect(after.volumes[0]?.id).not.toBe(live.volumes[0]?.id)
    }
  })
})

describe('a swap that was cut off', () => {
  const cases = [
    ['a restore', mounted, restore],
    ['a restore that retains', withVolume('server: web, size: 10, mount: /srv, onRemove: retain'), restore],
    ['a move', moved, {}],
  ] as const

  it.each(cases)('anywhere converges with a plain plan, or with the same again: %s', (_name, text, options) => {
    const before = withSnapshots(settled(text === moved ? mounted : text))
    const stepsMax = planOf(text, before, options).steps.length
    for (let cut = 0; cut <= stepsMax; cut += 1) {
      const spec = specOf(text)
      const { live } = applyPlan(makePlan(spec, before, options), before, cut, 2)
      for (const again of [{}, options]) {
        const healed = settle(text, live, again)
        expect(planOf(text, healed).steps, `cut after ${cut} steps`).toEqual([])
        expect(healed.volumes.filter(({ tags }) => tags[tagKeys.retained] === undefined)).toHaveLength(1)
        expect(healed.volumes.filter(({ tags }) => tags[tagKeys.superseded] !== undefined)).toEqual([])
        // What the old volume held is there in any case: itself, or its last snapshot.
        const old = before.volumes[0]?.id
        const isKept =
          healed.volumes.some(({ id }) => id === old) ||
          healed.snapshots.some(({ volumeId, tags }) => volumeId === old && tags[tagKeys.final] !== undefined)
        expect(isKept, `cut after ${cut} steps`).toBe(true)
      }
    }
  })

  it.each(cases)('anywhere leaves nothing to a third run when the same is asked again: %s', (_name, text, options) => {
    const before = withSnapshots(settled(text === moved ? mounted : text))
    const stepsMax = planOf(text, before, options).steps.length
    for (let cut = 0; cut <= stepsMax; cut += 1) {
      const { live } = applyPlan(planOf(text, before, options), before, cut, 2)
      const again = applyPlan(planOf(text, live, options), live, Infinity, 3)
      expect(again.failed).toEqual([])
      expect(planOf(text, again.live).steps, `cut after ${cut} steps`).toEqual([])
    }
  })

  it('and another after it too is ended with what the volume between held, not with what was there before both', () => {
    const back = moved.replace('us-east-1b', 'us-east-1a')
    const before = settled(back)
    const { steps } = planOf(moved, before)
    const created = steps.findIndex(({ kind }) => kind === 'create-volume') + 1
    const between = numbered(applyPlan(planOf(moved, before), before, created, 2).live)
    const current = between.volumes.find(({ tags }) => tags[tagKeys.retained] === undefined)
    const stepsMax = planOf(back, between).steps.length
    for (let cut = 0; cut <= stepsMax; cut += 1) {
      const { live } = applyPlan(planOf(back, between), between, cut, 3)
      for (const volumes of [live.volumes, [...live.volumes].reverse()]) {
        const { live: healed, failed } = applyPlan(
          planOf(back, { ...live, volumes }),
          { ...live, volumes },
          Infinity,
          4,
        )
        expect(failed).toEqual([])
        expect(planOf(back, healed).steps, `cut after ${cut} steps`).toEqual([])
        const [volume] = healed.volumes
        const origin = healed.snapshots.find(({ id }) => id === volume?.snapshotId)
        expect(origin?.volumeId, `cut after ${cut} steps`).toBe(current?.id)
      }
    }
  })

  it('brings the old volume back when the snapshot of the new one is gone', () => {
    const before = withSnapshots(settled(mounted))
    const plan = makePlan(specOf(mounted), before, restore)
    const marked = plan.steps.findIndex(({ kind }) => kind === 'supersede-volume') + 1
    const { live } = applyPlan(plan, before, marked, 2)
    const healed = settle(mounted, { ...live, snapshots: [] }, {})
    expect(healed.volumes.map(({ id }) => id)).toEqual(before.volumes.map(({ id }) => id))
    expect(planOf(mounted, healed).steps).toEqual([])
  })
})

describe('a volume that was never formatted', () => {
  it('goes to another zone and is mounted in one apply, wherever that is cut off: its successor is made blank', () => {
    const before = settled(withVolume('zone: us-east-1a, size: 10'))
    const after = withVolume('server: web, size: 10, mount: /srv').replace('type:', 'zone: us-east-1b, type:')
    const { steps } = planOf(after, before)
    for (let cut = 0; cut <= steps.length; cut += 1) {
      const { live, failed } = applyPlan(planOf(after, before), before, cut, 2)
      expect(failed).toEqual([])
      const healed = settle(after, live, {})
      expect(planOf(after, healed).steps, `cut after ${cut} steps`).toEqual([])
      expect(healed.volumes.map(({ zone, tags }) => [zone, tags[tagKeys.origin]])).toEqual([['us-east-1b', 'blank']])
      // What it held, if anybody wrote to it all the same, is in the snapshot.
      const kept = healed.snapshots.map(({ volumeId }) => volumeId)
      expect(kept).toEqual(expect.arrayContaining(before.volumes.map(({ id }) => id)))
    }
  })
})

const version3: LiveSnapshot = {
  address: at('volume.data'),
  id: 'snap-3',
  tags: {
    [tagKeys.stack]: 'demo',
    [tagKeys.address]: 'volume.data',
    [tagKeys.version]: '3',
    [tagKeys.fstype]: 'ext4',
    [tagKeys.uuid]: 'uuid-of-version-3',
  },
  volumeId: 'vol-gone',
  state: 'completed',
  startedAt: '2026-11-01T10:00:00.000Z',
  sizeGiB: 10,
}

/** Of volumes that were made one after another, the later says so. */
function numbered(live: LiveStack): LiveStack {
  const volumes = live.volumes.map((volume, hour) => ({ ...volume, createdAt: `2026-11-01T1${hour}:00:00.000Z` }))
  return { ...live, volumes }
}

function withSnapshots(live: LiveStack, change: Partial<LiveSnapshot> = {}): LiveStack {
  return { ...live, snapshots: [{ ...version3, ...change }] }
}

function planOf(text: string, live: LiveStack, options: PlanOptions = {}): Plan {
  const spec = specOf(text)
  return makePlan(spec, { ...live, images: imagesFor(spec) }, options)
}

function apply(text: string, live: LiveStack, options: PlanOptions = {}) {
  return applyPlan(planOf(text, live, options), live, Infinity, 2)
}

function settle(text: string, live: LiveStack, options: PlanOptions): LiveStack {
  const first = applyPlan(planOf(text, live, options), live, Infinity, 3)
  expect(first.failed).toEqual([])
  const second = applyPlan(planOf(text, first.live), first.live, Infinity, 4)
  expect(second.failed).toEqual([])
  return second.live
}

function settled(text: string): LiveStack {
  const spec = specOf(text)
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  return live
}

function settledUuid(): string | undefined {
  const facts = settled(mounted).hosts['server.web']
  return facts?.kind === 'read' ? facts.devices[0]?.content?.uuid : undefined
}

function kindsOf(plan: Plan) {
  return plan.steps.filter(({ address }) => address === 'volume.data').map(({ kind }) => kind)
}
