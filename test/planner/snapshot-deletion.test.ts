import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import { tagKeys } from '../../src/model/tags.js'
import type { Address } from '../../src/model/address.js'
import { makeDeletionPlan } from '../../src/planner/snapshot-plan.js'
import { versionsNamed, versionWanted } from '../../src/app/named-snapshots.js'
import { planText } from '../../src/report/plan/plan-text.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { image } from '../support/stacks.js'

const stackText = `
evenkeel: 1
stack: music
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 10 }
  old: { zone: us-east-1a, size: 10, snapshot: snap-00000000000000003 }
`
const spec = specOf(stackText)

function taken(version: number, more: Record<string, string> = {}): LiveSnapshot {
  return {
    address: 'volume.music' as Address,
    id: `snap-0000000000000000${version}`,
    volumeId: 'vol-1',
    state: 'completed',
    startedAt: `2026-11-2${version}T12:00:00.000Z`,
    sizeGiB: 10,
    encrypted: false,
    tags: { [tagKeys.stack]: 'music', [tagKeys.address]: 'volume.music', [tagKeys.version]: String(version), ...more },
  } as LiveSnapshot
}

const live = emptyLive(spec, { snapshots: [1, 2, 3].map((version) => taken(version)) })
const deletion = (snapshots: readonly LiveSnapshot[], checkpoint?: string, world = live) =>
  makeDeletionPlan(spec, world, { snapshots, checkpoint }, { run: 'run-1', now: '2026-11-25T00:00:00Z' })

describe('the deletion of snapshots', () => {
  it('is these steps alone, each told as the loss of data', () => {
    const plan = deletion(versionsNamed('music', [1, 2], live))
    expect(plan.steps.map(({ kind, id, impact }) => [kind, id, impact])).toEqual([
      ['delete-snapshot', expect.stringContaining('snap-00000000000000001'), 'data-loss'],
      ['delete-snapshot', expect.stringContaining('snap-00000000000000002'), 'data-loss'],
    ])
    expect(plan.applyable).toBe(true)
    expect(planText(plan, { color: false, verbose: false })).toContain(
      'volume.music  (DATA LOSS)  # deleted for good: version 1, snap-00000000000000001 of 2026-11-21T12:00:00.000Z; version 2',
    )
  })

  it.each([
    ['the stack file names it', deletion([taken(1), taken(3)]), 'the stack file names it for volume.old'],
    [
      'it is part of a checkpoint',
      deletion([taken(1, { [tagKeys.checkpoint]: 'before' })]),
      'part of the checkpoint before',
    ],
  ])('is refused as a whole where %s', (_, plan, why) => {
    expect(plan.applyable).toBe(false)
    expect(plan.steps).toEqual([])
    expect(plan.problems).toMatchObject([{ code: 'PLAN_SNAPSHOT_IN_USE', message: expect.stringContaining(why) }])
  })

  it('takes those of the checkpoint that is deleted', () => {
    expect(deletion([taken(1, { [tagKeys.checkpoint]: 'before' })], 'before').steps).toHaveLength(1)
  })

  it('knows only versions that there are', () => {
    expect(() => versionsNamed('volume.music', [9], live)).toThrow(/has no version 9/)
  })
})

describe('a restore by time', () => {
  const at = (moment: string, world = live) => versionWanted('music', { at: moment }, world, spec).id

  it('takes the newest that is not later', () => {
    expect(at('2026-11-22T12:00:00Z')).toBe('snap-00000000000000002')
    expect(at('2026-11-22T11:59:59Z')).toBe('snap-00000000000000001')
    expect(at('2027-01-01T00:00:00Z')).toBe('snap-00000000000000003')
  })

  it('means a snapshot of that second too, as lists show it', () => {
    const late = emptyLive(spec, { snapshots: [{ ...taken(1), startedAt: '2026-11-21T12:00:00.900Z' }] })
    expect(at('2026-11-21T12:00:00Z', late)).toBe('snap-00000000000000001')
  })

  it('goes by time and not by version, and by completed ones alone', () => {
    const world = emptyLive(spec, {
      snapshots: [taken(1), { ...taken(2), startedAt: '2026-11-20T00:00:00Z' }, { ...taken(3), state: 'pending' }],
    })
    expect(at('2026-12-01T00:00:00Z', world)).toBe('snap-00000000000000001')
  })

  it('names the oldest where none is that old', () => {
    expect(() => at('2026-11-21T00:00:00Z')).toThrow(
      expect.objectContaining({
        code: 'SNAPSHOT_UNKNOWN',
        hint: 'the oldest is version 1, snap-00000000000000001 of 2026-11-21T12:00:00.000Z',
      }) as Error,
    )
  })
})
