import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imagesFor } from '../support/live-stack.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { tagKeys } from '../../src/model/tags.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { rollOut, type Healthy } from '../support/rolled-stack.js'

const runs = { numRuns: Number(process.env['PLAN_RUNS'] ?? 30) }

interface Shape {
  readonly count: number
  readonly before: number
  readonly maxUnavailable: number
  readonly order: 'ascending' | 'descending'
  readonly replace: 'launch-first' | 'terminate-first'
  readonly volumes: boolean
  readonly elasticIp: boolean
  readonly copies: 'none' | 'at-once' | 'rolling'
  readonly change: 'type' | 'image' | 'type and image'
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  count: fc.integer({ min: 1, max: 6 }),
  before: fc.integer({ min: 1, max: 6 }),
  maxUnavailable: fc.integer({ min: 1, max: 3 }),
  order: fc.constantFrom('ascending', 'descending'),
  replace: fc.constantFrom('launch-first', 'terminate-first'),
  volumes: fc.boolean(),
  elasticIp: fc.boolean(),
  copies: fc.constantFrom('none', 'at-once', 'rolling'),
  change: fc.constantFrom('type', 'image', 'type and image'),
})

const hands = fc.array(fc.tuple(fc.nat(5), fc.constantFrom('stopped', 'gone', 'unseen')), { maxLength: 2 })

function textOf(shape: Shape, count: number, isChanged: boolean): string {
  const type = isChanged && shape.change.includes('type') ? 't3.medium' : 't3.small'
  const image = isChanged && shape.change.includes('image') ? 'ami-00000002' : 'ami-00000001'
  const rolling = `{ maxUnavailable: ${shape.maxUnavailable}, order: ${shape.order}, health: "curl -f localhost" }`
  const volumes = '\nvolumes:\n  data: { server: "web[*]", size: 10, mount: /srv/data }\n'
  const roll = shape.copies === 'rolling' ? ', rolling: { health: "true" }' : ''
  const copies = `\nsync:\n  site: { from: ./site/, to: "web[*]:/srv/site/"${roll} }\n`
  return `evenkeel: 1
stack: fleet
target: sandbox
servers:
  web: { count: ${count}, image: ${image}, type: ${type}, zone: us-east-1a, replace: ${shape.replace}, elasticIp: ${shape.elasticIp}, rolling: ${rolling} }
${shape.volumes ? volumes : ''}${shape.copies === 'none' ? '' : copies}`
}

/** A world in which the first file is applied, and then somebody has laid hands on it. */
function startOf(shape: Shape, touched: readonly (readonly [number, string])[]) {
  const first = specOf(textOf(shape, shape.before, false))
  const wanted = specOf(textOf(shape, shape.count, true))
  const empty = emptyLive(specOf(textOf(shape, 6, false)), { images: { ...imagesFor(first), ...imagesFor(wanted) } })
  const { live: settled, failed } = applyPlan(makePlan(first, empty, { run: 'run-0' }), empty)
  expect(failed).toEqual([])
  expect(makePlan(first, settled).steps).toEqual([])
  let live: LiveStack = settled
  for (const [index, hand] of touched) live = touchedBy(live, `server.web[${index}]`, hand)
  const healthy: Healthy = new Set(
    live.servers.flatMap(({ id, state, tags }) =>
      state === 'running' && tags[tagKeys.outOfService] === undefined ? [id] : [],
    ),
  )
  return { live, healthy, wanted }
}

function touchedBy(live: LiveStack, address: string, hand: string): LiveStack {
  const server = live.servers.find((known) => known.address === address)
  if (!server) return live
  const { [at(address)]: _facts, ...others } = live.hosts
  if (hand === 'unseen') {
    const tags = { ...server.tags, [tagKeys.outOfService]: 'true' }
    return { ...live, servers: live.servers.map((known) => (known === server ? { ...server, tags } : known)) }
  }
  const stopped = { ...server, state: 'stopped' as const }
  return {
    ...live,
    servers: live.servers.flatMap((known) => (known !== server ? known : hand === 'gone' ? [] : [stopped])),
    volumes: live.volumes.map((volume) =>
      hand === 'gone' && volume.attachment?.instanceId === server.id ? { ...volume, attachment: undefined } : volume,
    ),
    ...(live.elasticIps && {
      elasticIps: live.elasticIps.map((ip) =>
        hand === 'gone' && ip.association?.instanceId === server.id ? { ...ip, association: undefined } : ip,
      ),
    }),
    hosts: { ...others, ...(hand === 'stopped' && { [address]: { kind: 'not-probed', because: 'stopped' } }) },
  }
}

describe('the members of a count that rolls', () => {
  it('are never out of service by more than maxUnavailable, in whatever order steps end, where the run is killed, and after', () => {
    let rolled = 0
    fc.assert(
      fc.property(
        shapes,
        hands,
        fc.array(fc.nat(80), { maxLength: 3 }),
        fc.subarray([0, 1, 2, 3, 4, 5]),
        fc.infiniteStream(fc.nat(1000)),
        (shape, touched, kills, sick, chance) => {
          const { live, healthy, wanted } = startOf(shape, touched)
          const choose = (count: number) => Number(chance.next().value) % Math.max(1, count)
          let state: { readonly live: LiveStack; readonly healthy: Healthy } = { live, healthy }
          const outAtFirst = rollOut(makePlan(wanted, live), wanted, state, {
            choose,
            stepsMax: 0,
            generation: 0,
          }).outMost
          const outMax = Math.max(shape.maxUnavailable, outAtFirst)
          for (const [index, stepsMax] of [...kills, Infinity].entries()) {
            const plan = makePlan(wanted, state.live, { run: `run-${index + 1}` })
            expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
            rolled += plan.rolls?.length ?? 0
            const isLast = index === kills.length
            const isWell = ({ server }: { readonly server: string }) =>
              isLast || !sick.some((member) => server === `server.web[${member}]`)
            const after = rollOut(plan, wanted, state, { choose, stepsMax, isWell, generation: index + 2 })
            expect(after.failed.every((id) => !isLast && id.startsWith('check-health:'))).toBe(true)
            expect(after.outMost).toBeLessThanOrEqual(outMax)
            if (isLast) expect(after.isWhole).toBe(true)
            state = after
          }
          const settled = makePlan(wanted, state.live)
          expect(settled.steps.map(({ id }) => id)).toEqual([])
          const end = rollOut(settled, wanted, state, { choose, generation: 9 })
          expect(end.outMost).toBe(0)
          expect(state.live.servers.every(({ tags }) => tags[tagKeys.outOfService] === undefined)).toBe(true)
        },
      ),
      runs,
    )
    expect(rolled).toBeGreaterThan(runs.numRuns / 2)
  })
})
