import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import type { CloneDecision } from '../../../../src/planner/decide/copies/clone-decision.js'
import { decideClones } from '../../../../src/planner/decide/copies/clone-decisions.js'
import { blockRuleDigest } from '../../../../src/planner/decide/copies/rule-digests.js'
import type { ServerOutlook } from '../../../../src/planner/decide/servers/server-outlook.js'
import { at } from '../../../support/live-stack.js'
import { liveSnapshot, liveVolume } from '../../../support/live-volume.js'
import { worldFor } from '../../../support/planner-world.js'
import { outlooks } from '../../../support/server-outlook.js'

const file = (mount = 'mount: /srv/music') => `evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 20, ${mount} }
  copy: { size: 30, zone: us-east-1a }
sync:
  twin: { from: volume.music, to: volume.copy, method: clone }
`
const key = 'evenkeel:sync:twin'
const [rule] = worldFor(file()).spec.syncs
const mark = `clone ${rule ? blockRuleDigest(rule) : ''}`
const cloned = liveVolume('copy', { [key]: mark })
const left = liveSnapshot('sync.twin', 'snap-left')

function decide(live: Partial<LiveStack> = {}, web: Partial<ServerOutlook> = {}, text = file(), held: string[] = []) {
  const decisions = [...decideClones(worldFor(text, live), outlooks({ web }), new Set(held.map(at))).values()]
  expect(decisions).toHaveLength(1)
  return decisions[0] as CloneDecision
}

describe('a clone', () => {
  it('is created from a snapshot of its source, as large as that is now', () => {
    const record = { [key]: mark }
    const source = {
      volume: 'volume.music',
      volumeId: undefined,
      sizeGiB: 20,
      hold: { how: 'freeze', server: 'server.web' },
    }
    expect(decide()).toMatchObject({ kind: 'create', target: 'volume.copy', record, source, leftovers: [] })
    const live = { volumes: [liveVolume('music', {}, { sizeGiB: 25 })] }
    expect(decide(live)).toMatchObject({ kind: 'create', source: { volumeId: 'vol-music', sizeGiB: 25 } })
  })

  it('that is there is kept, and rid of what it was made from', () => {
    expect(decide({ volumes: [cloned] })).toMatchObject({ kind: 'keep', record: { [key]: mark } })
    expect(decide({ volumes: [cloned], snapshots: [left] })).toMatchObject({
      kind: 'update',
      leftovers: [{ id: 'snap-left' }],
      change: { kind: 'update' },
    })
  })

  it('whose snapshot a cut-off apply has left is made from another one', () => {
    expect(decide({ snapshots: [left] })).toMatchObject({ kind: 'create', leftovers: [{ id: 'snap-left' }] })
  })

  it.each([
    ['another rule made', { [key]: 'clone 00000000' }],
    ['no rule made', {}],
  ])('in place of a volume that %s is refused', (_what, tags: Record<string, string>) => {
    const decision = decide({ volumes: [liveVolume('copy', tags)] })
    expect(decision).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_COPY_OVERWRITES' }] })
  })

  it('that was there with its volume has been lost', () => {
    const ledger = { id: 'lt-1', addresses: [at('sync.twin'), at('volume.copy')] }
    expect(decide({ ledger }).change.reason).toBe('it was there at the last apply and is gone')
  })

  it.each(['volume.music', 'volume.copy'])('with %s held is left', (volume) => {
    expect(decide({}, {}, file(), [volume])).toMatchObject({ kind: 'leave', change: { kind: 'none' } })
  })

  it.each([
    ['is mounted', {}, {}, file(), 'server.web'],
    ['is not mounted', {}, {}, file('unmounted: true'), undefined],
    ['is on a server that will not run', {}, { runsAfter: false }, file(), undefined],
    ['is on a server that could not be entered', {}, { inside: 'unread' }, file(), undefined],
    ['is where nobody can enter', { hostsImpossible: 'no hosts here' }, {}, file(), undefined],
  ] as const)('freezes its source where that %s', (_what, live, web, text, server) => {
    const hold = server === undefined ? undefined : { how: 'freeze', server }
    expect(decide(live, web, text)).toMatchObject({ kind: 'create', source: { hold } })
  })
})
