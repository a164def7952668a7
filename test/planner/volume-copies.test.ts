import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { liveSnapshot } from '../support/live-volume.js'
import { applyPlan } from '../support/plan-effects.js'

const servers = `evenkeel: 1
stack: jukebox
target: { region: us-east-1 }
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
  spare: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 20, mount: /srv/music }
`
const withRule = (method: string, copy = 'server: spare, size: 30, mount: /srv/music', more = '') => `${servers}
  copy: { ${copy} }
sync:
  spare: { from: volume.music, to: volume.copy, method: ${method}${more} }
`
const blocks = withRule('blocks')

describe.each(['blocks', 'clone'])('a copy of a volume, method %s', (method) => {
  const text = withRule(method)

  it.each([
    ['from nothing', emptyLive(specOf(text))],
    ['beside a volume that is there', settled(servers)],
  ])('%s ends with the same filesystem, and an empty plan', (_what, before) => {
    const { live, failed } = applyPlan(planOf(text, before), before)
    expect(failed).toEqual([])
    expect(uuidOf(live, 'volume.copy')).toBe(uuidOf(live, 'volume.music'))
    expect(planOf(text, live).steps).toEqual([])
    expect(live.snapshots).toEqual([])
  })

  it('that is cut off after any step is finished by the next apply, without a filesystem being made on it', () => {
    const before = settled(servers)
    const count = planOf(text, before).steps.length
    for (let steps = 0; steps < count; steps++) {
      const { live: broken } = applyPlan(planOf(text, before), before, steps)
      const plan = planOf(text, broken)
      expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(plan.steps.map(({ kind }) => kind)).not.toContain('make-filesystem')
      const { live, failed } = applyPlan(plan, broken, Infinity, 2)
      expect({ steps, failed }).toEqual({ steps, failed: [] })
      expect(planOf(text, live).steps).toEqual([])
      expect(uuidOf(live, 'volume.copy')).toBe(uuidOf(live, 'volume.music'))
    }
  })

  it('stays what it is when another volume takes its place', () => {
    const live = settled(text)
    const moved = text.replace('size: 30', 'size: 30, encrypted: true')
    const { live: after, failed } = applyPlan(planOf(moved, live), live, Infinity, 2)
    expect(failed).toEqual([])
    expect(planOf(moved, after)).toMatchObject({ steps: [], applyable: true })
  })
})

describe('a snapshot that a cut-off clone has left', () => {
  const text = withRule('clone')
  const left = (live: LiveStack): LiveStack => ({
    ...live,
    snapshots: [liveSnapshot('sync.spare', 'snap-left', { tags: { [tagKeys.stack]: 'jukebox' } })],
  })

  it.each<[string, string | undefined, LiveStack]>([
    ['with the next clone', text, left(settled(servers))],
    ['beside the clone', text, left(settled(text))],
    ['with the rule', text.split('sync:')[0], left(settled(text))],
    ['when the rule copies blocks', withRule('blocks', undefined, ', overwrite: true'), left(settled(text))],
    ['with everything', undefined, left(settled(text))],
  ])('goes %s', (_what, after, live) => {
    const plan = after === undefined ? makeDestroyPlan(undefined, live) : planOf(after, live)
    expect(plan.steps.filter(({ kind }) => kind === 'delete-snapshot').map(({ id }) => String(id))).toContain(
      'delete-snapshot:sync.spare#snap-left',
    )
    expect(plan.changes.filter(({ address }) => address === 'sync.spare')).toHaveLength(1)
  })
})

describe('a copy of blocks', () => {
  it('unmounts both ends first and mounts them afterwards, and grows what is on a larger volume', () => {
    const live = settled(withRule('files', 'server: spare, size: 30, unmounted: true').split('sync:')[0] ?? '')
    expect(codesOf(planOf(withRule('blocks', 'server: spare, size: 30'), live))).toEqual(['PLAN_COPY_OVERWRITES'])
    const plan = planOf(withRule('blocks', 'server: spare, size: 30, mount: /srv/a', ', overwrite: true'), live)
    const kinds = plan.steps.map(({ id }) => id)
    const at = (id: string) => kinds.findIndex((one) => one === id)
    expect(at('unmount-volume:volume.music')).toBeLessThan(at('copy-blocks:sync.spare'))
    for (const id of ['mount-volume:volume.music', 'mount-volume:volume.copy', 'grow-filesystem:volume.copy']) {
      expect(at(id)).toBeGreaterThan(at('copy-blocks:sync.spare'))
    }
    expect(plan.steps.find(({ kind }) => kind === 'copy-blocks')).toMatchObject({ impact: 'data-loss' })
  })

  it.each([
    ['a smaller volume', 'server: spare, size: 10', 'PLAN_COPY_NO_ROOM'],
    ['a volume that is adopted', 'server: spare, size: 20, volumeId: vol-0123456789abcdef0', 'PLAN_COPY_OVERWRITES'],
    ['a snapshot', 'server: spare, size: 20, snapshot: snap-0123456789abcdef0', 'PLAN_COPY_OVERWRITES'],
  ])('onto %s is refused', (_what, copy, code) => {
    expect(codesOf(planOf(withRule('blocks', copy), settled(servers)))).toContain(code)
  })

  it('is refused where a probe finds something on a volume that was blank', () => {
    const plain = servers + '  copy: { server: spare, size: 20, fstype: raw }\n'
    const raw = plain.replace('size: 20, mount: /srv/music', 'size: 20, fstype: raw')
    const rule = `${raw}sync:\n  spare: { from: volume.music, to: volume.copy, method: blocks }\n`
    const live = settled(raw)
    expect(codesOf(planOf(rule, live))).toEqual([])
    const facts = live.hosts['server.spare']
    if (facts?.kind !== 'read') throw new Error('not read')
    const content = { fstype: 'LVM2_member', label: undefined, uuid: undefined, filesystemBytes: undefined }
    const devices = facts.devices.map((device) => ({ ...device, content }))
    const filled = { ...live, hosts: { ...live.hosts, 'server.spare': { ...facts, devices } } }
    expect(codesOf(planOf(rule, filled))).toEqual(['PLAN_COPY_OVERWRITES'])
  })

  it('is made again when the rule names another source, and says that data goes', () => {
    const live = settled(blocks.replace('volumes:', 'volumes:\n  other: { server: web, size: 20, mount: /srv/other }'))
    const other = blocks
      .replace('volumes:', 'volumes:\n  other: { server: web, size: 20, mount: /srv/other }')
      .replace('from: volume.music', 'from: volume.other')
    const plan = planOf(other, live)
    expect(plan.changes.find(({ address }) => address === 'sync.spare')).toMatchObject({
      kind: 'update',
      reason: 'the rule has changed',
      impact: 'data-loss',
    })
  })

  it('waits for a server that is to be stopped, and nothing is formatted instead', () => {
    const stopped = blocks.replace(
      'type: t3.small, zone: us-east-1a }\n  spare',
      'type: t3.small, zone: us-east-1a, state: stopped }\n  spare',
    )
    const kinds = planOf(stopped, settled(servers)).steps.map(({ kind }) => kind)
    expect(kinds).not.toContain('copy-blocks')
    expect(kinds).not.toContain('make-filesystem')
  })

  it('goes from volume to volume in their order', () => {
    const text = `${blocks.replace('sync:', '  last: { server: web, size: 30, mount: /srv/last, zone: us-east-1a }\nsync:')}
  again: { from: volume.copy, to: volume.last, method: blocks }
`
    const plan = planOf(
      text
        .replace('server: web, size: 30', 'server: third, size: 30')
        .replace('volumes:', '  third: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }\nvolumes:'),
      settled(servers),
    )
    const ids = plan.steps.map(({ id }) => String(id))
    expect(ids.indexOf('copy-blocks:sync.again')).toBeGreaterThan(ids.indexOf('copy-blocks:sync.spare'))
  })
})

function planOf(text: string, live: LiveStack): Plan {
  return makePlan(specOf(text), live, { run: 'run-1' })
}

function settled(text: string): LiveStack {
  const live = emptyLive(specOf(text))
  const { live: after, failed } = applyPlan(planOf(text, live), live)
  expect(failed).toEqual([])
  return after
}

function codesOf({ problems }: Plan): readonly string[] {
  return problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)
}

function uuidOf({ hosts, volumes }: LiveStack, address: string): string | undefined {
  const id = volumes.find((volume) => volume.address === address && volume.tags[tagKeys.retained] === undefined)?.id
  const devices = Object.values(hosts).flatMap((facts) => (facts.kind === 'read' ? facts.devices : []))
  return devices.find(({ volumeId }) => volumeId === id)?.content?.uuid
}
