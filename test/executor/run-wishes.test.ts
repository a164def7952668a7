import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/executor/outcome.js'
import { wishesAfter } from '../../src/executor/run-wishes.js'
import type { Address } from '../../src/model/address.js'
import type { Step, StepKind } from '../../src/model/steps/step.js'
import type { FollowUpWish, RestoreWish, Wish } from '../../src/model/ledger/wish.js'
import { plainStep } from '../support/steps.js'

const music = 'volume.music' as Address
const site = 'sync.site' as Address
const restore: RestoreWish = { kind: 'restore', address: music, snapshotId: 'snap-1', replaces: 'vol-1' }
const owing = (owes: FollowUpWish['owes']): Wish => ({ kind: 'follow-up', address: site, owes })

type Ends = Partial<Record<StepKind, Outcome['kind']>>

function after(wish: Wish, ends: Ends, before: readonly Wish[] = []): readonly Wish[] {
  const steps = Object.keys(ends).map((kind) => plainStep(kind as StepKind, wish.address))
  return wishesAfter({ before, open: [wish] }, steps, ({ kind }: Step) => ({ kind: ends[kind] }) as Outcome)
}

describe('a restore', () => {
  it('is done when the volume is made; what is left then is told by the volume itself', () => {
    const made = { 'supersede-volume': 'done', 'create-volume': 'done' } as const
    expect(after(restore, { ...made, 'delete-volume': 'done' })).toEqual([])
    expect(after(restore, { ...made, 'mount-volume': 'failed', 'delete-volume': 'blocked' })).toEqual([])
    expect(after(restore, { 'supersede-volume': 'failed', 'create-volume': 'blocked' })).toEqual([restore])
    expect(after(restore, { 'supersede-volume': 'done', 'create-volume': 'cancelled' })).toEqual([restore])
  })

  it('stays where nothing was planned for its volume, or something else', () => {
    expect(after(restore, {})).toEqual([restore])
    expect(after(restore, { 'create-snapshot': 'done' })).toEqual([restore])
  })

  it('goes with its volume', () => {
    expect(after(restore, { 'create-snapshot': 'done', 'delete-volume': 'done' })).toEqual([])
    expect(after(restore, { 'create-snapshot': 'done', 'delete-volume': 'failed' })).toEqual([restore])
  })
})

describe('what follows a copy', () => {
  const commandOwed = owing('command')
  const healthOwed = owing('health')

  it.each<[string, Ends, readonly Wish[]]>([
    ['is done', { 'copy-files': 'done', 'run-on-change': 'done', 'check-health': 'unchanged' }, []],
    ['is not owed where nothing was copied', { 'copy-files': 'unchanged', 'run-on-change': 'unchanged' }, []],
    ['is not owed where the copy was never begun', { 'copy-files': 'blocked', 'run-on-change': 'blocked' }, []],
    [
      'is owed where the run ended behind the copy',
      { 'copy-files': 'done', 'run-on-change': 'cancelled' },
      [commandOwed],
    ],
    ['is owed where the command failed', { 'copy-files': 'done', 'run-on-change': 'failed' }, [commandOwed]],
    ['is owed where the copy failed on its way', { 'copy-files': 'failed', 'run-on-change': 'blocked' }, [commandOwed]],
    [
      'is the health check alone where that failed',
      { 'copy-files': 'done', 'run-on-change': 'done', 'check-health': 'failed' },
      [healthOwed],
    ],
    [
      'is the health check, also where nothing was copied',
      { 'copy-files': 'unchanged', 'check-health': 'failed' },
      [healthOwed],
    ],
    [
      'is no health check where nothing was copied, and it was not begun',
      { 'copy-files': 'unchanged', 'run-on-change': 'unchanged', 'check-health': 'cancelled' },
      [],
    ],
    [
      'is the health check of a command that was owed',
      { 'run-on-change': 'done', 'check-health': 'cancelled' },
      [healthOwed],
    ],
  ])('%s', (_what, ends, expected) => {
    expect(after(commandOwed, ends)).toEqual(expected)
  })

  it('stays owed until it has happened', () => {
    const owed = (wish: Wish, ends: Ends) => after(wish, ends, [wish])
    expect(owed(commandOwed, { 'copy-files': 'blocked', 'run-on-change': 'blocked' })).toEqual([commandOwed])
    expect(owed(healthOwed, { 'check-health': 'blocked' })).toEqual([healthOwed])
    expect(owed(healthOwed, { 'check-health': 'unchanged' })).toEqual([])
  })
})
