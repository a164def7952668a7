import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import { parseAddress } from '../../src/model/address.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { tampered, tamperings } from '../support/arbitrary-stack.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

const runs = { numRuns: Number(process.env['PLAN_RUNS'] ?? 30) }

interface Fleet {
  readonly count: number
  readonly onRemove: 'snapshot' | 'retain' | 'delete'
  readonly reuse: boolean
}

const fleets: fc.Arbitrary<Fleet> = fc.record({
  count: fc.integer({ min: 0, max: 4 }),
  onRemove: fc.constantFrom('snapshot', 'retain', 'delete'),
  reuse: fc.boolean(),
})

/** A region that has what the largest of them needs. */
const largest: Fleet = { count: 4, onRemove: 'snapshot', reuse: false }

const textOf = ({ count, onRemove, reuse }: Fleet) => `evenkeel: 1
stack: fleet
target: sandbox
servers:
  web: { count: ${count}, image: ami-00000001, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: "web[*]", size: 10, mount: /srv/data, onRemove: ${onRemove}, reuse: ${reuse} }
  inner: { server: "web[*]", size: 5, mount: /srv/data/inner, dependsOn: [volume.data] }
`

function applied(fleet: Fleet, live: LiveStack, generation: number): LiveStack {
  const plan = makePlan(specOf(textOf(fleet)), live, { run: 'run' })
  const { live: after, failed } = applyPlan(plan, live, Infinity, generation)
  expect(failed).toEqual([])
  return after
}

/** Which server each volume is on, by their indices. */
function places({ servers, volumes }: LiveStack) {
  const held = volumes.filter(({ attachment }) => attachment !== undefined)
  return held.map(({ address, attachment }) => [
    parseAddress(address)?.index,
    parseAddress(servers.find(({ id }) => id === attachment?.instanceId)?.address ?? '')?.index,
  ])
}

describe('volumes for each member of a server', () => {
  it('are on the member of their index whatever the count was, and those of members that stay are the same', () => {
    fc.assert(
      fc.property(
        fc.array(fleets, { minLength: 2, maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom(...tamperings), fc.nat(7)), { maxLength: 2 }),
        (history, hands) => {
          let live = emptyLive(specOf(textOf(largest)))
          for (const [index, fleet] of history.entries()) {
            const before = new Map(live.volumes.map(({ id, address }) => [id, parseAddress(address)?.index ?? -1]))
            const hand = index === 0 ? [] : hands
            for (const [tampering, pick] of hand) live = tampered(live, tampering, pick)
            live = applied(fleet, live, index)
            const now = new Set(live.volumes.map(({ id }) => id))
            const lost = [...before].filter(([id, member]) => member < fleet.count && !now.has(id))
            expect(lost).toEqual([])
            expect(places(live).filter(([volume, server]) => volume !== server)).toEqual([])
            expect(places(live)).toHaveLength(2 * fleet.count)
            expect(makePlan(specOf(textOf(fleet)), live, { run: 'run' }).steps.map(({ id }) => id)).toEqual([])
          }
        },
      ),
      runs,
    )
  })
})
