import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makePlan } from '../../src/planner/make-plan.js'
import { fullStackText, fullWorld, withHands } from '../support/full-world.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { countOperations, type OperationCounter, type Operations } from '../support/operations.js'

/** A server, a key pair, a group, an address, a volume and a rule of each name. */
function wideStackText(count: number): string {
  const list = (lineOf: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => lineOf(index)).join('\n')
  return `evenkeel: 1
stack: wide
target: sandbox
keyPairs:
${list((index) => `  k${index}: {}`)}
securityGroups:
${list((index) => `  g${index}: { description: tier, ingress: [{ port: 22, from: my-ip }] }`)}
servers:
${list((index) => `  s${index}: { image: ami-00000001, type: t3.small, zone: us-east-1a, keyPair: k${index}, securityGroups: [g${index}], elasticIp: true }`)}
volumes:
${list((index) => `  v${index}: { server: s${index}, size: 8, mount: /srv/v, snapshots: { every: 1d, keep: { last: 2 } } }`)}
sync:
${list((index) => `  r${index}: { from: 's${index}:/a/', to: volume.v${index}/x/ }`)}
`
}

const rollingStackText = (servers: number) =>
  fullStackText(servers).replace('delete: true', "onChange: 'true', rolling: { maxUnavailable: 2, health: 'true' }")

const load = async () => ({
  ...(await import('../../src/planner/make-plan.js')),
  ...(await import('../../src/planner/rule-plan.js')),
  ...(await import('../../src/spec/parse.js')),
  ...(await import('../../src/report/plan/plan-text.js')),
  ...(await import('../../src/report/show/show-text.js')),
  ...(await import('../../src/executor/schedule.js')),
})
type Code = Awaited<ReturnType<typeof load>>
type Work = (code: Code) => unknown

/** What is made before, at a size, and what is counted then. */
const works: readonly (readonly [string, (size: number) => Work])[] = [
  ['reading a file', (size) => reading(fullStackText(size))],
  ['reading a file of many names', (size) => reading(wideStackText(size))],
  [
    'a plan of an empty world',
    (size) => {
      const spec = specOf(fullStackText(size))
      return ({ makePlan }) => makePlan(spec, emptyLive(spec))
    },
  ],
  [
    'a plan of many names',
    (size) => {
      const spec = specOf(wideStackText(size))
      return ({ makePlan }) => makePlan(spec, emptyLive(spec), { now: '2026-11-21T00:00:00.000Z' })
    },
  ],
  [
    'a plan of a rolling rule',
    (size) => {
      const spec = specOf(rollingStackText(size))
      return ({ makePlan }) => makePlan(spec, emptyLive(spec))
    },
  ],
  [
    'a plan of a full world',
    (size) => {
      const spec = specOf(fullStackText(size))
      const live = withHands(fullWorld(spec), 10)
      return ({ makePlan }) => makePlan(spec, live)
    },
  ],
  [
    'a plan to destroy a full world',
    (size) => {
      const spec = specOf(fullStackText(size))
      const live = fullWorld(spec)
      return ({ makeDestroyPlan }) => makeDestroyPlan(spec, live)
    },
  ],
  [
    'the part of a plan that is one rule',
    (size) => {
      const spec = specOf(fullStackText(size))
      const plan = makePlan(spec, fullWorld(spec))
      const rules = spec.syncs.map(({ address }) => address)
      return ({ planOfRules }) => planOfRules(plan, rules)
    },
  ],
  [
    'the text of a plan',
    (size) => {
      const spec = specOf(fullStackText(size))
      const plan = makePlan(spec, emptyLive(spec))
      return ({ planText }) => planText(plan, { color: false, verbose: true, destroying: false })
    },
  ],
  [
    'the text of what is live',
    (size) => {
      const live = fullWorld(specOf(fullStackText(size)))
      return ({ showText }) => showText(live, { color: false })
    },
  ],
  [
    'the order in which steps start',
    (size) => {
      const spec = specOf(fullStackText(size))
      const { steps } = makePlan(spec, emptyLive(spec))
      return ({ createSchedule }) => {
        const schedule = createSchedule(steps, 10)
        for (let step = schedule.next(); step; step = schedule.next()) schedule.finish(step.id, { kind: 'done' })
      }
    },
  ],
]

function reading(text: string): Work {
  return ({ parseStack }) => parseStack({ file: 'stack.yaml', text })
}

describe('operations grow in proportion to the number of servers in', () => {
  let counter: OperationCounter<Code>
  beforeAll(async () => {
    vi.resetModules()
    counter = await countOperations(load)
  })
  afterAll(() => counter.stop())

  it.each(works)('%s', async (_name, workAt) => {
    const small = await counter.of(workAt(20))
    const large = await counter.of(workAt(80))
    // A test that has counted nothing proves nothing.
    expect(totalOf(large)).toBeGreaterThan(3_000)
    expect(totalOf(large)).toBeLessThan(totalOf(small) * 5)
    expect(steeper(small, large)).toEqual([])
  })
})

/** The places in the code that four times as many servers run through more than six times as often. */
function steeper(small: Operations, large: Operations): readonly string[] {
  return [...large].flatMap(([place, count]) => {
    const before = small.get(place) ?? 0
    return count > 400 && count > 6 * before ? [`${place}: ${before}, then ${count}`] : []
  })
}

function totalOf(operations: Operations): number {
  return [...operations.values()].reduce((sum, count) => sum + count, 0)
}
