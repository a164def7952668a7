import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { decideSchedules } from '../../../../src/planner/decide/snapshots/schedule-decisions.js'
import { withScheduled, type ScheduledWork } from '../../../../src/planner/decide/snapshots/scheduled-work.js'
import { unchanged } from '../../../../src/planner/decide/decided.js'
import type { ServerOutlook } from '../../../../src/planner/decide/servers/server-outlook.js'
import type { VolumeOutlook } from '../../../../src/planner/decide/volumes/volume-outlook.js'
import type { PlanOptions } from '../../../../src/planner/world.js'
import { at } from '../../../support/live-stack.js'
import { liveSnapshot, liveVolume } from '../../../support/live-volume.js'
import { worldFor } from '../../../support/planner-world.js'
import { outlooks } from '../../../support/server-outlook.js'

const now = '2026-11-21T12:00:00.000Z'
const data = at('volume.data')
const file = (schedule = 'every: 24h', volume = 'mount: /srv', more = '') => `evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: web, size: 10, ${volume}, snapshots: { ${schedule} } }
${more}`

interface Around {
  readonly text?: string
  readonly live?: Partial<LiveStack>
  readonly options?: PlanOptions
  readonly web?: Partial<ServerOutlook>
  readonly data?: Partial<VolumeOutlook> | 'missing'
}

/** What the schedule asks for of a volume that is there since long. */
function decide({ text = file(), live = {}, options = { now }, web = {}, data: outlook = {} }: Around = {}) {
  const volumes = [liveVolume('data', {}, { createdAt: '2026-01-01T00:00:00.000Z' })]
  const world = worldFor(text, { volumes, ...live }, options)
  const known = outlook === 'missing' ? [] : [[data, { isMade: false, isSuperseded: false, ...outlook }] as const]
  return decideSchedules(world, outlooks({ web }), new Map(known)).get(data)
}

const taken = (startedAt: string, change: Partial<LiveSnapshot> = {}) =>
  liveSnapshot('volume.data', `snap-${startedAt}`, { startedAt, ...change })
const goneOf = (work: ScheduledWork | undefined) => (work?.pruned ?? []).map(({ id }) => id)

describe('a snapshot', () => {
  it.each<[string, Around, boolean]>([
    ['of a volume that is older than the period', {}, true],
    [
      'of a volume that is younger',
      { live: { volumes: [liveVolume('data', {}, { createdAt: '2026-11-21T11:00:00.000Z' })] } },
      false,
    ],
    ['a period after the last one', { live: { snapshots: [taken('2026-11-20T12:00:00.000Z')] } }, true],
    ['a second before that', { live: { snapshots: [taken('2026-11-20T12:00:01.000Z')] } }, false],
    [
      'while one is under way',
      { live: { snapshots: [taken('2026-11-21T11:00:00.000Z', { state: 'pending' })] } },
      false,
    ],
    ['after one that failed', { live: { snapshots: [taken('2026-11-21T11:00:00.000Z', { state: 'error' })] } }, true],
    ['without a moment', { options: {} }, false],
    ['of a volume that is made in this plan', { data: { isMade: true } }, false],
    ['of a volume that cannot be planned', { data: 'missing' }, false],
    [
      'of a volume that is adopted',
      {
        live: { volumes: [liveVolume('old', {}, { id: 'vol-0123456789abcdef0' })] },
        text: file('every: 24h', 'mount: /srv, volumeId: vol-0123456789abcdef0'),
      },
      true,
    ],
  ])('%s is due: %s', (_what, around, isDue) => {
    expect(decide(around)?.due !== undefined).toBe(isDue)
  })

  it('has what makes the volume again in its tags', () => {
    const live = { snapshots: [taken('2026-11-01T00:00:00.000Z', { tags: { [tagKeys.version]: '4' } })] }
    expect(decide({ live })?.due).toMatchObject({
      volumeId: 'vol-data',
      tags: { [tagKeys.version]: '5', [tagKeys.size]: '20', [tagKeys.origin]: 'blank' },
    })
  })

  it.each<[string, Around, object | undefined]>([
    ['is frozen', {}, { how: 'freeze', server: 'server.web' }],
    [
      'is unmounted where the file says so',
      { text: file('every: 24h, consistent: unmount') },
      { how: 'unmount', fstype: 'ext4' },
    ],
    ['is left alone where the file says so', { text: file('every: 24h, consistent: none') }, undefined],
    ['is left alone where it is not mounted', { text: file('every: 24h', 'unmounted: true') }, undefined],
    ['is left alone on a server that will not run', { web: { runsAfter: false } }, undefined],
    ['is left alone on a server that could not be entered', { web: { inside: 'unread' } }, undefined],
  ])('is taken while the filesystem %s', (_what, around, hold) => {
    const due = decide(around)?.due
    expect(due).toBeDefined()
    if (hold === undefined) expect(due?.hold).toBeUndefined()
    else expect(due?.hold).toMatchObject(hold)
  })

  it('comes after every rule that reads or writes the volume, each once', () => {
    const more = `sync:
  in: { from: ./in/, to: volume.data/in/ }
  out: { from: 'volume.data/', to: ./out/ }
  turn: { from: volume.data/a/, to: volume.data/b/ }
  other: { from: ./in/, to: 'web:/tmp/' }
`
    expect(decide({ text: file('every: 24h', 'mount: /srv', more) })?.due?.copies).toEqual([
      'sync.in',
      'sync.out',
      'sync.turn',
    ])
  })
})

describe('pruning', () => {
  const days = [1, 2, 3].map((day) => taken(`2026-11-0${day}T00:00:00.000Z`))
  const [first, second, third] = days.map(({ id }) => id)
  const keep = (last: number, volume?: string, more?: string) =>
    file(`every: 24h, keep: { last: ${last} }`, volume, more)
  const withFirst = (change: Partial<LiveSnapshot>) =>
    days.map((one, index) => (index === 0 ? { ...one, ...change } : one))

  it.each<[string, Around, readonly (string | undefined)[]]>([
    ['counts the one that is due', { text: keep(2), live: { snapshots: days } }, [first, second]],
    ['lets none go without rules', { live: { snapshots: days } }, []],
    ['spares what an image uses', { text: keep(2), live: { snapshots: withFirst({ imageIds: ['ami-1'] }) } }, [second]],
    [
      'spares a checkpoint',
      {
        text: keep(2),
        live: { snapshots: withFirst({ tags: { ...days[0]?.tags, [tagKeys.checkpoint]: 'release' } }) },
      },
      [second],
    ],
    [
      'spares what failed or is under way',
      { text: keep(1), live: { snapshots: withFirst({ state: 'error' }) } },
      [second, third],
    ],
    [
      'spares what is asked for',
      { text: keep(2), live: { snapshots: days }, options: { now, restore: { [data]: first ?? '' } } },
      [second],
    ],
    [
      'spares what the file names',
      {
        text: keep(2, 'mount: /srv, snapshot: { name: data, version: 7 }'),
        live: { snapshots: withFirst({ tags: { ...days[0]?.tags, [tagKeys.version]: '7' } }) },
      },
      [second],
    ],
    [
      'spares what a volume was made from',
      { text: keep(2), live: { snapshots: days, volumes: [liveVolume('data', {}, { snapshotId: first })] } },
      [second],
    ],
    [
      'does not where another takes its place',
      {
        text: keep(2),
        live: { snapshots: days, volumes: [liveVolume('data', {}, { snapshotId: first })] },
        data: { isMade: true, isSuperseded: true },
      },
      [first, second],
    ],
    [
      'spares what an unfinished swap needs',
      {
        text: keep(2),
        live: {
          snapshots: days,
          volumes: [
            liveVolume('data'),
            liveVolume('data', { [tagKeys.retained]: 'run-1', [tagKeys.superseded]: first ?? '' }, { id: 'vol-old' }),
          ],
        },
      },
      [second],
    ],
  ])('%s', (_what, around, gone) => {
    expect(goneOf(decide(around))).toEqual(gone)
  })
})

describe('what a schedule asks for', () => {
  const due = { volumeId: 'vol-data', tags: {}, hold: undefined, copies: [] }
  const one = liveSnapshot('volume.data', 'snap-1')

  it.each<[string, Omit<ScheduledWork, 'volume'>, string]>([
    ['one that is due', { due, pruned: [] }, 'a snapshot is due'],
    ['one that goes', { due: undefined, pruned: [one] }, 'a snapshot is kept no longer'],
    ['both', { due, pruned: [one, one] }, 'a snapshot is due; 2 snapshots are kept no longer'],
  ])('is told in the change of the volume, as no difference: %s', (_what, work, reason) => {
    const change = withScheduled(unchanged(data), { volume: data, ...work })
    expect(change).toEqual({ address: data, kind: 'update', reason, diffs: [] })
  })

  it('stands behind what else the volume is changed for', () => {
    const change = { address: data, kind: 'replace', reason: 'its zone', diffs: [] } as const
    expect(withScheduled(change, { volume: data, due, pruned: [] })).toMatchObject({
      kind: 'replace',
      reason: 'its zone; a snapshot is due',
    })
    expect(withScheduled(change, undefined)).toBe(change)
  })
})
