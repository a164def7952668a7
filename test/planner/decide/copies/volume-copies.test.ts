import { describe, expect, it } from 'vitest'
import type { Address } from '../../../../src/model/address.js'
import type { BlockDecision } from '../../../../src/planner/decide/copies/block-decision.js'
import type { CloneDecision } from '../../../../src/planner/decide/copies/clone-decision.js'
import { volumeCopiesOf } from '../../../../src/planner/decide/copies/volume-copies.js'
import { leave, refuse, unchanged } from '../../../../src/planner/decide/decided.js'
import { at } from '../../../support/live-stack.js'

const [rule, music, copy] = [at('sync.spare'), at('volume.music'), at('volume.copy')]
const about = (address: Address) => ({ address, change: unchanged(address), problems: [] })
const due: BlockDecision = {
  ...about(rule),
  kind: 'create',
  copy: {
    source: { volume: music, server: at('server.web') },
    destination: { volume: copy, server: at('server.web') },
    mayOverwrite: false,
    losesData: false,
    grows: true,
    compress: false,
    rule: 'abcdef01',
    after: undefined,
  },
}

describe('what copies mean for the volumes', () => {
  it('is that both ends of a copy that is due rest, and that the destination is filled', () => {
    const copies = volumeCopiesOf([due], [])
    expect(copies.filled).toEqual(new Map([[copy, { sync: rule, state: 'due' }]]))
    expect(copies.growing).toEqual(new Set([copy]))
    expect(copies.resting).toEqual(
      new Map([
        [music, [rule]],
        [copy, [rule]],
      ]),
    )
    expect(copies.records).toEqual(new Map())
  })

  it.each<[string, BlockDecision, 'done' | 'waiting']>([
    ['kept', { ...about(rule), kind: 'keep', target: copy, record: {} }, 'done'],
    ['left', { ...leave(rule, 'later'), target: copy }, 'waiting'],
    ['refused', { ...refuse(rule, 'PLAN_COPY_NO_ROOM', 'too small'), target: copy }, 'waiting'],
  ])('is that nothing is made where a copy is %s', (_what, decision, state) => {
    const copies = volumeCopiesOf([decision], [])
    expect(copies.filled).toEqual(new Map([[copy, { sync: rule, state }]]))
    expect(copies.resting.size).toBe(0)
  })

  it('is nothing where an end cannot be planned', () => {
    expect(volumeCopiesOf([{ ...leave(rule, 'no end'), target: undefined }], []).filled.size).toBe(0)
  })

  it('is that a volume rests for every rule that reads it', () => {
    const again = at('sync.again')
    const second = { ...due, ...about(again) }
    expect(volumeCopiesOf([due, second], []).resting.get(music)).toEqual([rule, again])
  })

  it('is what a clone is made from, and its record whether it is made or there', () => {
    const made: CloneDecision = {
      ...about(rule),
      kind: 'create',
      target: copy,
      record: { key: 'made' },
      source: { volume: music, volumeId: undefined, sizeGiB: 20, hold: undefined },
      leftovers: [],
    }
    const kept: CloneDecision = { ...about(rule), kind: 'keep', target: copy, record: { key: 'kept' } }
    expect(volumeCopiesOf([], [made])).toMatchObject({
      clones: new Map([[copy, { of: music, sync: rule, sizeGiB: 20 }]]),
      records: new Map([[copy, { key: 'made' }]]),
    })
    expect(volumeCopiesOf([], [kept])).toMatchObject({ clones: new Map(), records: new Map([[copy, { key: 'kept' }]]) })
  })
})
