import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import type { Plan } from '../../../src/model/plan.js'
import type { TagResource } from '../../../src/model/steps/step.js'
import { tagKeys } from '../../../src/model/tags.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { observedFor } from '../../support/relocated-live.js'
import { head } from '../../support/stack-texts.js'

const fleet = (volume: string, count: number, more: string, moved = '') => `${head}servers:
  web: { image: ami-00000001, type: t3.small, count: ${count} }
volumes:
  ${volume}: { server: "web[*]", size: 10, reuse: true${more} }
${moved}`
const moved = 'moved: [{ from: volume.data, to: volume.store }]\n'

function planFor(text: string, live: LiveStack): Plan {
  return makePlan(specOf(text), observedFor(live, specOf(text)), { run: 'run-1' })
}

/** The world after an apply of these files; what keeps its volume is under the address that its tags say. */
function settled(...texts: readonly string[]): LiveStack {
  return texts.reduce<LiveStack>(
    (live, text, index) => {
      const found = observedFor(live, specOf(text))
      const { live: after, failed } = applyPlan(makePlan(specOf(text), found, { run: 'run-1' }), found, Infinity, index)
      expect(failed).toEqual([])
      const { renamed: _renamed, ...world } = after
      const named = world.volumes.map((volume) => ({ ...volume, address: at(volume.tags[tagKeys.address] ?? '') }))
      return { ...world, volumes: named }
    },
    emptyLive(specOf(texts[0] ?? '')),
  )
}

const retags = ({ steps }: Plan) =>
  steps
    .filter((step): step is TagResource => step.kind === 'tag-resource')
    .flatMap(({ resourceId, tags }) =>
      tags[tagKeys.address] === undefined ? [] : [[resourceId, tags[tagKeys.address]]],
    )

describe('a volume that leaves the file in the plan that renames its entry', () => {
  it('is found by its new name where it is kept', () => {
    const before = settled(fleet('data', 2, ', onRemove: retain'))
    const id = before.volumes.find(({ address }) => address === 'volume.data[1]')?.id
    const plan = planFor(fleet('store', 1, ', onRemove: retain', moved), before)
    expect(retags(plan)).toContainEqual([id, 'volume.store[1]'])
    expect(plan.changes.find(({ address }) => address === 'volume.store[1]')).toMatchObject({ kind: 'remove' })

    const after = settled(fleet('data', 2, ', onRemove: retain'), fleet('store', 1, ', onRemove: retain', moved))
    const again = planFor(fleet('store', 2, ', onRemove: retain'), after)
    expect(again.changes.find(({ address }) => address === 'volume.store[1]')?.kind).toBe('adopt')
  })

  it('keeps its tags where it is deleted', () => {
    const before = settled(fleet('data', 2, ''))
    const id = before.volumes.find(({ address }) => address === 'volume.data[1]')?.id
    const plan = planFor(fleet('store', 1, '', moved), before)
    expect(retags(plan).map(([resource]) => resource)).not.toContain(id)
  })
})

it('what was kept of an entry before that was renamed gets the new name, and the plan is empty then', () => {
  const files = [fleet('data', 2, ', onRemove: retain'), fleet('data', 1, ', onRemove: retain')]
  const renamed = fleet('store', 1, ', onRemove: retain', moved)
  const plan = planFor(renamed, settled(...files))
  expect(plan.changes.find(({ address }) => address === 'volume.store[1]')).toMatchObject({
    kind: 'update',
    impact: 'none',
    reason: 'renamed from volume.data[1]',
  })
  expect(plan.steps.every(({ kind }) => kind === 'tag-resource')).toBe(true)
  expect(planFor(renamed, settled(...files, renamed)).steps).toEqual([])
})

it('a volume that is new beside renamed ones is mounted where these are', () => {
  const live = settled(fleet('data', 2, ''), fleet('store', 2, '', moved))
  const plan = planFor(fleet('store', 3, ''), live)
  expect(plan.steps.filter(({ kind }) => kind === 'mount-volume')).toMatchObject([
    { mount: { path: '/mnt/demo/data' } },
  ])
})
