import { describe, expect, it } from 'vitest'
import type { ArchiveFacts } from '../../src/model/kinds/archive.js'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import type { StepOf } from '../../src/model/steps/step.js'
import { tagKeys } from '../../src/model/tags.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { image } from '../support/stacks.js'

const stack = (words = '') => `
evenkeel: 1
stack: library
target: sandbox
archives:
  music: { from: ./music/, server: { image: ${image}, type: t3.small }${words} }
`

const tree = { digest: 'd1'.repeat(32), files: 12, entries: 15, bytes: 3e6, allocatedBytes: 3.1e6, largestBytes: 1e6 }

function live(text: string, facts: Partial<typeof tree> = {}, changes: Partial<LiveStack> = {}): LiveStack {
  const read: ArchiveFacts = { kind: 'read', ...tree, ...facts }
  return emptyLive(specOf(text), { archives: { 'archive.music': read }, ...changes })
}

const planOf = (text: string, world: LiveStack) => makePlan(specOf(text), world, { run: 'run-1' })
const changeOf = (plan: Plan) => plan.changes.find(({ address }) => address === 'archive.music')
const kindsOf = (plan: Plan) => plan.steps.filter(({ address }) => address === 'archive.music').map(({ kind }) => kind)

function stepOf<K extends 'create-volume' | 'create-snapshot' | 'delete-snapshot'>(plan: Plan, kind: K): StepOf<K> {
  const found = plan.steps.find((step) => step.kind === kind)
  if (!found) throw new Error(`no ${kind}`)
  return found as StepOf<K>
}

/** A version as a plan of this file made it, so that its tags are those that the next plan looks for. */
function version(
  text: string,
  number: number,
  change: Partial<LiveSnapshot> = {},
  facts: Partial<typeof tree> = {},
): LiveSnapshot {
  const { tags } = stepOf(planOf(text, live(text, facts)), 'create-snapshot')
  return {
    address: at('archive.music'),
    id: `snap-0${number}`,
    tags: { ...tags, [tagKeys.version]: String(number) },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: `2026-11-0${number}T10:00:00.000Z`,
    sizeGiB: 1,
    ...change,
  }
}

const older = { digest: 'e2'.repeat(32) }

describe('an archive', () => {
  it('is made from a blank volume the first time', () => {
    const plan = planOf(stack(), live(stack()))
    expect(changeOf(plan)).toMatchObject({ kind: 'create', impact: 'none' })
    expect(kindsOf(plan)).toContain('make-filesystem')
    expect(stepOf(plan, 'create-volume')).toMatchObject({ snapshotId: undefined, sizeGiB: 1, zone: 'us-east-1a' })
    expect(stepOf(plan, 'create-volume').tags).toMatchObject({ [tagKeys.role]: 'temporary', [tagKeys.origin]: 'blank' })
    expect(stepOf(plan, 'create-snapshot').tags).toMatchObject({ [tagKeys.version]: '1', [tagKeys.fstype]: 'ext4' })
    expect(plan.ledger.after).toContain('archive.music')
  })

  it('is made from its last version after that, and cleaned up after whatever was begun', () => {
    const plan = planOf(stack(), live(stack(), {}, { snapshots: [version(stack(), 4, {}, older)] }))
    expect(kindsOf(plan)).not.toContain('make-filesystem')
    expect(stepOf(plan, 'create-volume').snapshotId).toBe('snap-04')
    expect(stepOf(plan, 'create-snapshot').tags[tagKeys.version]).toBe('5')
    const last = plan.steps.at(-1)
    expect(last?.kind).toBe('remove-temporary')
    const others = plan.steps.filter(({ address, id }) => address === 'archive.music' && id !== last?.id)
    expect(last?.cleansAfter).toEqual(expect.arrayContaining(others.map(({ id }) => id)))
  })

  it('of what its newest version holds needs nothing, and asks for no server', () => {
    const plan = planOf(
      stack(),
      live(stack(), {}, { snapshots: [version(stack(), 1, {}, older), version(stack(), 2)] }),
    )
    expect(changeOf(plan)?.kind).toBe('none')
    expect(kindsOf(plan)).toEqual([])
  })

  it('whose version EC2 is still completing is left alone, and one that failed is made again', () => {
    const pending = planOf(stack(), live(stack(), {}, { snapshots: [version(stack(), 1, { state: 'pending' })] }))
    expect(kindsOf(pending)).toEqual([])
    const failed = planOf(stack(), live(stack(), {}, { snapshots: [version(stack(), 1, { state: 'error' })] }))
    expect(stepOf(failed, 'create-snapshot').tags[tagKeys.version]).toBe('2')
    expect(stepOf(failed, 'create-volume').snapshotId).toBeUndefined()
  })

  it('is formatted anew only for another filesystem', () => {
    const snapshots = [version(stack(), 1)]
    const plan = planOf(stack(', fstype: xfs'), live(stack(', fstype: xfs'), {}, { snapshots }))
    expect(kindsOf(plan)).toContain('make-filesystem')
    expect(stepOf(plan, 'create-volume').snapshotId).toBeUndefined()
    expect(changeOf(plan)?.diffs).toContainEqual({ path: 'fstype', before: 'ext4', after: 'xfs', cause: 'pending' })
  })

  it('has a volume for its content and the slack, and never one smaller than the last', () => {
    const size = (facts: Partial<typeof tree>, words = '', snapshots: LiveSnapshot[] = []) =>
      stepOf(planOf(stack(words), live(stack(words), facts, { snapshots })), 'create-volume').sizeGiB
    const gib = 2 ** 30
    expect(size({ allocatedBytes: 10 * gib })).toBe(13)
    expect(size({ allocatedBytes: 10 * gib }, ', slack: 100%')).toBe(21)
    expect(size({ entries: 1_000_000, files: 900_000 })).toBe(18)
    expect(size({}, '', [version(stack(), 1, { sizeGiB: 7 }, older)])).toBe(7)
  })

  it('keeps so many versions, but for those that an image or the file still needs', () => {
    const words = ', keep: 2'
    const snapshots = [1, 2, 3, 4].map((number) => version(stack(words), number, {}, older))
    const gone = (plan: Plan) =>
      plan.steps.flatMap((step) => (step.kind === 'delete-snapshot' ? [step.snapshotId] : []))
    const plan = planOf(stack(words), live(stack(words), {}, { snapshots }))
    expect(gone(plan)).toEqual(['snap-01', 'snap-02', 'snap-03'])
    expect(stepOf(plan, 'delete-snapshot').needs).toEqual(['create-snapshot:archive.music'])
    const settled = live(stack(words), older, {
      snapshots: snapshots.map((one) => (one.id === 'snap-01' ? { ...one, imageIds: ['ami-1'] } : one)),
    })
    const pruning = planOf(stack(words), settled)
    expect(gone(pruning)).toEqual(['snap-02'])
    expect(changeOf(pruning)).toMatchObject({ kind: 'update', reason: 'the file keeps 2 versions' })
    const named = `${stack(words)}volumes:\n  music: { size: 1, zone: us-east-1a, snapshot: { name: music, version: 2 } }\n`
    expect(gone(planOf(named, { ...settled, images: live(named).images }))).toEqual([])
  })

  it('never loses its last version', () => {
    const words = ', keep: 1'
    const plan = planOf(stack(words), live(stack(words), older, { snapshots: [version(stack(words), 1, {}, older)] }))
    expect(plan.steps.filter(({ kind }) => kind === 'delete-snapshot')).toEqual([])
  })

  it('whose directory cannot be read is told, and nothing is done', () => {
    const unreadable: ArchiveFacts = { kind: 'unreadable', reason: 'it is gone' }
    const plan = planOf(stack(), { ...live(stack()), archives: { 'archive.music': unreadable } })
    expect(kindsOf(plan)).toEqual([])
    expect(plan).toMatchObject({ complete: false, applyable: true })
    expect(plan.problems.map(({ code }) => code)).toEqual(['PLAN_UNREADABLE'])
  })

  it('is not made where no server can be entered, nor without its image', () => {
    expect(kindsOf(planOf(stack(), live(stack(), {}, { hostsImpossible: 'no hosts here' })))).toEqual([])
    const plan = planOf(stack(), live(stack(), {}, { images: {} }))
    expect(plan.problems.map(({ code }) => code)).toEqual(['PLAN_IMAGE_NOT_FOUND'])
    expect(kindsOf(plan)).toEqual([])
  })

  it('that leaves the file keeps its versions, and says so once', () => {
    const without = 'evenkeel: 1\nstack: library\ntarget: sandbox\n'
    const snapshots = [version(stack(), 1), version(stack(), 2)]
    const ledger = { id: 'lt-1', addresses: [at('archive.music')] }
    const plan = planOf(without, emptyLive(specOf(without), { snapshots, ledger }))
    expect(plan.steps).toEqual([])
    expect(changeOf(plan)).toMatchObject({
      kind: 'remove',
      reason: expect.stringContaining('its 2 versions stay as snapshots') as string,
    })
    expect(plan.ledger.after).toEqual([])
    expect(changeOf(planOf(without, emptyLive(specOf(without), { snapshots })))).toBeUndefined()
    const destroyed = makeDestroyPlan(specOf(stack()), live(stack(), {}, { snapshots, ledger }))
    expect(destroyed.steps).toEqual([])
    expect(changeOf(destroyed)?.kind).toBe('remove')
  })

  it('has what a run that was cut off left behind taken away first', () => {
    const temporaries = [
      { address: at('archive.music'), kind: 'server' as const, id: 'i-1' },
      { address: at('archive.music'), kind: 'volume' as const, id: 'vol-1' },
    ]
    const again = planOf(stack(), live(stack(), {}, { temporaries }))
    expect(again.steps.find(({ kind }) => kind === 'remove-temporary')).toMatchObject({
      id: 'remove-temporary:archive.music#leftovers',
      instanceIds: ['i-1'],
      volumeIds: ['vol-1'],
    })
    expect(again.steps.find(({ kind }) => kind === 'create-server')?.needs).toContain(
      'remove-temporary:archive.music#leftovers',
    )
    const settled = planOf(stack(), live(stack(), {}, { temporaries, snapshots: [version(stack(), 1)] }))
    expect(kindsOf(settled)).toEqual(['remove-temporary'])
    expect(changeOf(settled)?.kind).toBe('update')
    const forgotten = 'evenkeel: 1\nstack: library\ntarget: sandbox\n'
    expect(kindsOf(planOf(forgotten, emptyLive(specOf(forgotten), { temporaries })))).toEqual(['remove-temporary'])
  })

  it('is what a volume is made from that names it as its snapshot, also when its version is only made in this plan', () => {
    const text = `${stack()}volumes:\n  copy: { zone: us-east-1a, snapshot: { name: music } }\n`
    const plan = planOf(text, live(text))
    expect(plan.problems).toEqual([])
    expect(plan.steps.find(({ id }) => id === 'create-volume:volume.copy')).toMatchObject({
      snapshotId: undefined,
      snapshotStep: 'create-snapshot:archive.music',
      needs: ['create-snapshot:archive.music'],
    })
    const newer = live(text, {}, { snapshots: [version(stack(), 1, {}, older)] })
    const made = planOf(text, newer).steps.find(({ id }) => id === 'create-volume:volume.copy')
    expect(made).toMatchObject({ snapshotStep: 'create-snapshot:archive.music' })
    const first = planOf(text.replace('name: music', 'name: music, version: 1'), newer)
    expect(first.steps.find(({ id }) => id === 'create-volume:volume.copy')).toMatchObject({ snapshotId: 'snap-01' })
  })

  it('is what a volume is made from that names it as its snapshot', () => {
    const text = `${stack()}volumes:\n  copy: { zone: us-east-1a, snapshot: { name: music } }\n`
    const snapshots = [version(stack(), 1, {}, older), version(stack(), 2)]
    const plan = planOf(text, live(text, {}, { snapshots }))
    expect(plan.steps.find(({ id }) => id === 'create-volume:volume.copy')).toMatchObject({ snapshotId: 'snap-02' })
  })
})
