import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { observedFor } from '../support/relocated-live.js'
import { head } from '../support/stack-texts.js'

const fleet = (count: string, volume: string, more = '') => `${head}servers:
  web: { image: ami-00000001, type: t3.small${count} }
volumes:
  data: { size: 10, mount: /srv, ${volume} }
${more}`

/** The world after an apply of these files, one after the other. */
function settled(...texts: readonly string[]): LiveStack {
  return texts.reduce<LiveStack>(
    (live, text) => {
      const found = observedFor(live, specOf(text))
      const { live: after, failed } = applyPlan(makePlan(specOf(text), found, { run: 'run-1' }), found)
      expect(failed).toEqual([])
      const { renamed: _renamed, ...world } = after
      return world
    },
    emptyLive(specOf(texts[0] ?? '')),
  )
}

function planFor(text: string, live: LiveStack): Plan {
  return makePlan(specOf(text), observedFor(live, specOf(text)), { run: 'run-2' })
}

function snapshot(address: string, version: number): LiveSnapshot {
  const tags = {
    [tagKeys.stack]: 'demo',
    [tagKeys.address]: address,
    [tagKeys.version]: String(version),
    [tagKeys.fstype]: 'ext4',
  }
  return {
    address: at(address),
    id: `snap-${address}-${version}`,
    tags,
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: `2026-11-0${version}T10:00:00.000Z`,
    sizeGiB: 10,
  }
}

describe('a volume that becomes one for each member', () => {
  const one = fleet(', count: 2', "server: 'web[0]'")
  const each = fleet(', count: 2', "server: 'web[*]'")

  it('is the first of them, and only its tags change', () => {
    const live = settled(one)
    const plan = planFor(each, live)
    expect(plan.problems).toEqual([])
    expect(plan.steps.filter(({ address }) => address === 'volume.data[0]').map(({ kind }) => kind)).toEqual([
      'tag-resource',
    ])
    expect(plan.steps.filter(({ kind }) => kind === 'delete-volume' || kind === 'unmount-volume')).toEqual([])
    const after = settled(one, each)
    expect(after.volumes.find(({ address }) => address === 'volume.data[0]')?.id).toBe(live.volumes[0]?.id)
    expect(after.volumes.map(({ address }) => address).sort()).toEqual(['volume.data[0]', 'volume.data[1]'])
    expect(makePlan(specOf(each), after).steps).toEqual([])
  })

  it('is one again, the first, and the others go by their rule', () => {
    const live = settled(each)
    const first = live.volumes.find(({ address }) => address === 'volume.data[0]')
    const plan = planFor(one, live)
    expect(plan.changes.find(({ address }) => address === 'volume.data[1]')).toMatchObject({
      kind: 'remove',
      reason: 'the file no longer names it; its data stays as a snapshot',
    })
    const after = settled(each, one)
    expect(after.volumes).toMatchObject([{ address: 'volume.data', id: first?.id }])
    expect(makePlan(specOf(one), after).steps).toEqual([])
  })

  it('keeps what it holds where its server gets a count', () => {
    const [alone, counted] = [fleet('', 'server: web'), fleet(', count: 1', "server: 'web[*]'")]
    const { id } = settled(alone).volumes[0] ?? {}
    const plan = planFor(counted, settled(alone))
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('make-filesystem')
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('delete-volume')
    expect(settled(alone, counted).volumes).toMatchObject([{ address: 'volume.data[0]', id }])
  })

  it('is not taken where the file still names it', () => {
    const both = `${fleet(', count: 1', "server: 'web[0]'")}  more: { server: 'web[*]', size: 5, mount: /srv/more, dependsOn: [volume.data] }\n`
    const plan = planFor(both, settled(fleet(', count: 1', "server: 'web[0]'")))
    expect(plan.changes.map(({ reason }) => reason).join()).not.toContain('renamed')
  })
})

describe('a snapshot that volumes for each member are made from', () => {
  const made = (name: string) => {
    const text = fleet(', count: 2', `server: 'web[*]', snapshot: { name: ${name}, version: latest }`)
    const snapshots = [snapshot('volume.data[0]', 1), snapshot('volume.data[1]', 2), snapshot('volume.old', 3)]
    const { steps, problems } = makePlan(specOf(text), emptyLive(specOf(text), { snapshots }))
    expect(problems).toEqual([])
    return steps.flatMap((step) => (step.kind === 'create-volume' ? [step.snapshotId] : []))
  }

  it('is that of the same member', () => {
    expect(made('data')).toEqual(['snap-volume.data[0]-1', 'snap-volume.data[1]-2'])
  })

  it('is that of one volume for all, where there is no such member', () => {
    expect(made('old')).toEqual(['snap-volume.old-3', 'snap-volume.old-3'])
  })

  it('is that of one member for all, where it is named', () => {
    expect(made("'data[1]'")).toEqual(['snap-volume.data[1]-2', 'snap-volume.data[1]-2'])
  })
})

describe('a mount inside another on each member', () => {
  it('leaves with the one around it, and with no other', () => {
    const inner = "  inner: { server: 'web[*]', size: 5, mount: /srv/in, dependsOn: [volume.data] }\n"
    const twin = "  twin: { server: 'web[1]', size: 10, unmounted: true }\n"
    const rule = "sync:\n  copy: { from: 'volume.data[0]', to: volume.twin, method: blocks, overwrite: true }\n"
    const before = fleet(', count: 2', "server: 'web[*]'", inner + twin)
    const plan = makePlan(specOf(before + rule), settled(before), { run: 'run-2' })
    const unmounted = plan.steps.filter(({ kind }) => kind === 'unmount-volume').map(({ address }) => address)
    expect(unmounted).toEqual(['volume.inner[0]', 'volume.data[0]'])
  })
})
