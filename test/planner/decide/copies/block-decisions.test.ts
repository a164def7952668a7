import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import type { BlockDecision } from '../../../../src/planner/decide/copies/block-decision.js'
import { decideBlocks } from '../../../../src/planner/decide/copies/block-decisions.js'
import { blockRuleDigest } from '../../../../src/planner/decide/copies/rule-digests.js'
import type { ServerOutlook } from '../../../../src/planner/decide/servers/server-outlook.js'
import { at } from '../../../support/live-stack.js'
import { liveVolume } from '../../../support/live-volume.js'
import { worldFor } from '../../../support/planner-world.js'
import { outlooks } from '../../../support/server-outlook.js'

/** `both` is what the file says of either volume beside. */
const file = (copy = 'server: spare, size: 20', more = '', both = ', mount: /srv/music') => `evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
  spare: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 20${both} }
  copy: { ${copy}${both} }
sync:
  spare: { from: volume.music, to: volume.copy, method: blocks${more} }
`

interface Around {
  readonly copy?: string
  readonly more?: string
  readonly both?: string
  readonly live?: Partial<LiveStack>
  readonly spare?: Partial<ServerOutlook>
  readonly held?: readonly string[]
}

function decide({ copy, more, both, live, spare = {}, held = [] }: Around = {}): BlockDecision {
  const servers = outlooks({ web: {}, spare })
  const decisions = [...decideBlocks(worldFor(file(copy, more, both), live), servers, new Set(held.map(at))).values()]
  expect(decisions).toHaveLength(1)
  return decisions[0] as BlockDecision
}

const key = 'evenkeel:sync:spare'
const [rule] = worldFor(file()).spec.syncs
const digest = rule ? blockRuleDigest(rule) : ''
/** What a rule copied is a filesystem, too: by its record alone it may be written over. */
const written = (value: string) => ({
  volumes: [liveVolume('copy', { [key]: value, [tagKeys.applied]: 'v1 fs=abcdef' })],
})

describe('a copy of blocks', () => {
  it('onto a volume that is made blank is created, and overwrites nothing', () => {
    expect(decide()).toMatchObject({
      kind: 'create',
      copy: {
        source: { volume: 'volume.music', server: 'server.web' },
        destination: { volume: 'volume.copy', server: 'server.spare' },
        mayOverwrite: false,
        losesData: false,
        grows: false,
        after: undefined,
      },
      change: { kind: 'create', reason: 'the file names it and it does not exist yet' },
    })
  })

  it('that was finished is kept, with its record', () => {
    const decision = decide({ live: written(`abc ${digest}`) })
    expect(decision).toMatchObject({ kind: 'keep', target: 'volume.copy', record: { [key]: `abc ${digest}` } })
  })

  it.each([
    ['another rule wrote', 'abc 00000000', true, 'the rule has changed'],
    ['it began to write', `copying ${digest}`, false, 'its last copy was not finished'],
  ])('onto what %s is updated', (_what, value, losesData, reason) => {
    expect(decide({ live: written(value) })).toMatchObject({
      kind: 'update',
      copy: { mayOverwrite: true, losesData },
      change: { kind: 'update', reason },
    })
  })

  it('that was there, onto a volume that was there, has been lost', () => {
    const ledger = { id: 'lt-1', addresses: [at('sync.spare'), at('volume.copy')] }
    const { change } = decide({ live: { ledger } })
    expect(change).toMatchObject({ kind: 'create', reason: 'it was there at the last apply and is gone' })
    expect(change.diffs.every(({ cause }) => cause === 'drift')).toBe(true)
  })

  it.each([
    ['a larger volume', { copy: 'server: spare, size: 30' }, true],
    ['a larger raw volume', { copy: 'server: spare, size: 30', both: ', fstype: raw' }, false],
    ['a volume of the same size', {}, false],
  ])('onto %s grows a filesystem there: %s', (_what, around, grows) => {
    expect(decide(around)).toMatchObject({ kind: 'create', copy: { grows } })
  })

  it.each([
    ['a smaller volume', { copy: 'server: spare, size: 10' }, 'PLAN_COPY_NO_ROOM'],
    [
      'a larger one of a kind that cannot grow',
      { copy: 'server: spare, size: 30', both: ', mount: /srv/music, fstype: vfat' },
      'PLAN_FILESYSTEM_CANNOT_GROW',
    ],
    [
      'one that is adopted',
      { copy: 'server: spare, size: 20, volumeId: vol-0123456789abcdef0' },
      'PLAN_COPY_OVERWRITES',
    ],
    [
      'one from a snapshot',
      { copy: 'server: spare, size: 20, snapshot: snap-0123456789abcdef0' },
      'PLAN_COPY_OVERWRITES',
    ],
    [
      'one that was kept',
      {
        copy: 'server: spare, size: 20, reuse: true',
        live: { volumes: [liveVolume('copy', { [tagKeys.retained]: 'run-1' })] },
      },
      'PLAN_COPY_OVERWRITES',
    ],
    [
      'one that was not made blank',
      { live: { volumes: [liveVolume('copy', { [tagKeys.origin]: 'snap-1' })] } },
      'PLAN_COPY_OVERWRITES',
    ],
    [
      'one that was given a filesystem',
      { live: { volumes: [liveVolume('copy', { [tagKeys.applied]: 'v1 fs=abcdef' })] } },
      'PLAN_COPY_OVERWRITES',
    ],
  ] as const)('onto %s is refused', (_what, around, code) => {
    expect(decide(around)).toMatchObject({
      kind: 'refuse',
      target: 'volume.copy',
      problems: [{ severity: 'error', code, address: 'sync.spare' }],
    })
    if (code === 'PLAN_COPY_OVERWRITES') {
      expect(decide({ ...around, more: ', overwrite: true' })).toMatchObject({
        kind: 'create',
        copy: { losesData: true },
      })
    }
  })

  it.each([
    ['a server that is to be stopped', { spare: { inside: 'closed' } }, 'volume.copy', 'server.spare is to be stopped'],
    ['servers that nobody can enter', { live: { hostsImpossible: 'no hosts here' } }, 'volume.copy', 'no hosts here'],
    ['a volume that is held', { held: ['volume.music'] }, undefined, 'one of its ends cannot be planned'],
  ] as const)('is left for %s, and its volume waits', (_what, around, target, reason) => {
    expect(decide(around)).toMatchObject({ kind: 'leave', target, change: { kind: 'none', reason } })
  })

  it('comes after the rule that writes what it reads', () => {
    const text = `${file()}  again: { from: volume.copy, to: volume.last, method: blocks }\n`.replace(
      'sync:',
      '  last: { server: web, size: 20, unmounted: true }\nsync:',
    )
    const decisions = decideBlocks(worldFor(text), outlooks({ web: {}, spare: {} }), new Set())
    expect([...decisions.values()].map((one) => ('copy' in one ? [one.address, one.copy.after] : one.kind))).toEqual([
      ['sync.again', 'sync.spare'],
      ['sync.spare', undefined],
    ])
  })
})
