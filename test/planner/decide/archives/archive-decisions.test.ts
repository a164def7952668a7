import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { plannedVersions, type ArchiveDecision } from '../../../../src/planner/decide/archives/archive-decision.js'
import { archiveVersions, sourceWord } from '../../../../src/planner/decide/archives/archive-versions.js'
import { decideArchives } from '../../../../src/planner/decide/archives/archive-decisions.js'
import type { World } from '../../../../src/planner/world.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'

const file = (words = '') => `evenkeel: 1
stack: library
target: sandbox
archives:
  music: { from: ./music/, server: { image: ami-0123456789abcdef0, type: t3.small }${words} }
`
const tree = { digest: 'd1'.repeat(32), files: 12, entries: 15, bytes: 3e6, allocatedBytes: 3.1e6, largestBytes: 1e6 }
const music = at('archive.music')

const allOf = (world: World, held: readonly string[] = []) => [...decideArchives(world, new Set(held.map(at))).values()]

/** The only decision on a directory of these facts, beside these versions. */
function decide(words = '', changes: Partial<LiveStack> = {}, held: readonly string[] = []): ArchiveDecision {
  const archives = { [music]: { kind: 'read', ...tree } as const }
  const decisions = allOf(worldFor(file(words), { archives, ...changes }), held)
  expect(decisions).toHaveLength(1)
  return decisions[0] as ArchiveDecision
}

function version(number: number, change: Partial<LiveSnapshot> = {}, source = 'another'): LiveSnapshot {
  return {
    address: music,
    id: `snap-${number}`,
    tags: {
      [tagKeys.stack]: 'library',
      [tagKeys.address]: music,
      [tagKeys.version]: String(number),
      [tagKeys.source]: source,
      [tagKeys.fstype]: 'ext4',
    },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: `2026-11-0${number}T10:00:00.000Z`,
    sizeGiB: 3,
    ...change,
  }
}

function currentSource(words = ''): string {
  const [spec] = worldFor(file(words)).spec.archives
  if (!spec) throw new Error('no archive')
  return sourceWord(spec, tree)
}

describe('an archive', () => {
  it('without a version is created, blank, of what its directory needs', () => {
    expect(decide()).toMatchObject({
      kind: 'create',
      version: { number: 1, sizeGiB: 1, base: undefined, place: { zone: 'us-east-1a', subnet: undefined } },
      pruned: [],
      leftovers: [],
      change: { kind: 'create' },
    })
  })

  it('whose directory has changed is updated from its newest version, never with less room', () => {
    expect(decide('', { snapshots: [version(4), version(2)] })).toMatchObject({
      kind: 'update',
      version: { number: 5, sizeGiB: 3, base: { id: 'snap-4' } },
      change: { kind: 'update', reason: './music/ is not what version 4 holds' },
    })
  })

  it('of another filesystem starts blank again', () => {
    const decision = decide(', fstype: xfs', { snapshots: [version(1)] })
    expect(decision).toMatchObject({ kind: 'update', version: { number: 2, sizeGiB: 1, base: undefined } })
  })

  it.each([
    ['completed', ''],
    ['pending', 'version 1 is being completed (snap-1)'],
  ] as const)('with a %s version of just this directory is kept', (state, reason) => {
    const decision = decide('', { snapshots: [version(1, { state }, currentSource())] })
    expect(decision).toMatchObject({ kind: 'keep', change: { kind: 'none', reason } })
  })

  it.each([
    ['the oldest beyond those that the file keeps', {}, '', ['snap-1', 'snap-2']],
    ['none that an image uses', { imageIds: ['ami-1'] }, '', ['snap-2']],
    [
      'none that a volume of the file names',
      {},
      'volumes: { copy: { size: 1, zone: us-east-1a, snapshot: { name: music, version: 1 } } }',
      ['snap-2'],
    ],
  ])('loses %s', (_what, change, volumes, gone) => {
    const snapshots = [version(1, change), version(2), version(3, {}, currentSource(', keep: 1'))]
    const archives = { [music]: { kind: 'read', ...tree } as const }
    const text = `${file(', keep: 1')}${volumes}\n`
    const [decision] = allOf(worldFor(text, { archives, snapshots }))
    expect(decision).toMatchObject({ kind: 'update', version: undefined, pruned: gone.map((id) => ({ id })) })
  })

  it.each([
    ['could not be read', { archives: {} }, [], 'its directory could not be read: its directory was not read'],
    ['is for servers that nobody can enter', { hostsImpossible: 'no hosts here' }, [], 'no hosts here'],
    ['needs a key that cannot be planned', {}, ['keyPair.default'], 'keyPair.default cannot be planned'],
  ])('that %s is left', (_what, changes, held, reason) => {
    expect(decide('', changes, held)).toMatchObject({ kind: 'leave', change: { kind: 'none', reason } })
  })

  it('tells what it wanted to read and could not', () => {
    const decision = decide('', { archives: { [music]: { kind: 'unreadable', reason: 'it is gone' } } })
    expect(decision.unread).toEqual(new Map([[music, 'it is gone']]))
    expect(decision.problems).toMatchObject([{ severity: 'warning', code: 'PLAN_UNREADABLE' }])
  })

  it.each([
    ['image', {}, { images: {} }, 'PLAN_IMAGE_NOT_FOUND'],
    ['zone', {}, { zones: [] }, 'PLAN_ZONE_NOT_FOUND'],
  ])('without its %s is refused', (_what, _words, changes, code) => {
    const decision = decide('', changes)
    expect(decision).toMatchObject({ kind: 'refuse', problems: [{ severity: 'error', scope: 'plan', code }] })
  })

  it('that is held is not decided', () => {
    expect(allOf(worldFor(file()), [music])).toEqual([])
    const forgotten = worldFor('evenkeel: 1\nstack: library\ntarget: sandbox\n', {
      ledger: { id: 'lt-1', addresses: [music] },
    })
    expect(allOf(forgotten, [music])).toEqual([])
  })

  it('that leaves the file is removed, and says what stays', () => {
    const world = worldFor('evenkeel: 1\nstack: library\ntarget: sandbox\n', {
      ledger: { id: 'lt-1', addresses: [music] },
      snapshots: [version(1), version(2)],
    })
    expect(allOf(world)).toMatchObject([
      { kind: 'remove', change: { reason: 'the file no longer names it; its 2 versions stay as snapshots' } },
    ])
  })
})

describe('what a run that was cut off left behind', () => {
  const temporaries = [{ address: music, kind: 'server', id: 'i-1' }] as const

  it.each([
    ['an archive that is to be made', {}, 'create'],
    ['one that could not be read', { archives: {} }, 'leave'],
    ['one that is refused', { images: {} }, 'refuse'],
  ])('goes first of %s', (_what, changes, kind) => {
    expect(decide('', { temporaries, ...changes })).toMatchObject({ kind, leftovers: temporaries })
  })

  it('makes an update of an archive that would be kept', () => {
    expect(decide('', { temporaries, snapshots: [version(1, {}, currentSource())] })).toMatchObject({
      kind: 'update',
      version: undefined,
      pruned: [],
      leftovers: temporaries,
      change: { kind: 'update', diffs: [{ path: 'temporary' }] },
    })
  })

  it('goes too where nothing else is known of the archive', () => {
    const world = worldFor('evenkeel: 1\nstack: library\ntarget: sandbox\n', { temporaries })
    expect(allOf(world)).toMatchObject([{ kind: 'remove', leftovers: temporaries }])
  })
})

describe('the versions that a plan makes', () => {
  it('are those of archives that get one', () => {
    const made = decide('', { snapshots: [version(4)] })
    const kept = decide('', { snapshots: [version(1, {}, currentSource())] })
    expect(plannedVersions([made])).toEqual(new Map([[music, { number: 5, sizeGiB: 3 }]]))
    expect(plannedVersions([kept])).toEqual(new Map())
  })

  it('count above all that there are, failed ones too', () => {
    const snapshots = [version(7, { state: 'error' }), version(2)]
    expect(archiveVersions(worldFor(file(), { snapshots }), music).next).toBe(8)
  })
})
