import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { rollOut } from '../support/rolled-stack.js'
import { head } from '../support/stack-texts.js'

interface Said {
  readonly type?: string
  readonly image?: string
  readonly count?: number
  readonly rolling?: string | undefined
  readonly more?: string
  readonly rest?: string
}

function textOf({ type = 't3.small', image = 'ami-00000001', count = 3, rolling = '', more = '', rest = '' }: Said) {
  const rolls = rolling === 'none' ? '' : `, rolling: { health: "curl -f localhost"${rolling} }`
  return `${head}servers:
  web: { count: ${count}, image: ${image}, type: ${type}, zone: us-east-1a${rolls}${more} }
${rest}`
}

const images = (...said: readonly Said[]) => Object.assign({}, ...said.map((one) => imagesFor(specOf(textOf(one)))))

function settled(said: Said, later: Said = {}): LiveStack {
  const spec = specOf(textOf(said))
  const live = emptyLive(spec, { images: images(said, later) })
  const applied = applyPlan(makePlan(spec, live, { run: 'run-0' }), live)
  expect(applied.failed).toEqual([])
  expect(makePlan(spec, applied.live).steps).toEqual([])
  return applied.live
}

const planOf = (said: Said, live: LiveStack): Plan => makePlan(specOf(textOf(said)), live, { run: 'run-1' })
const wavesOf = ({ rolls = [] }: Plan) => rolls.map(({ waves }) => waves.map((wave) => wave.map(indexOf)))
const indexOf = (address: string) => Number(/\[(\d+)\]/.exec(address)?.[1])
const errorsOf = ({ problems }: Plan) => problems.filter(({ severity }) => severity === 'error')

function touched(live: LiveStack, index: number, change: object): LiveStack {
  const address = at(`server.web[${index}]`)
  return {
    ...live,
    servers: live.servers.map((server) => (server.address === address ? { ...server, ...change } : server)),
  }
}

function unreadable(live: LiveStack, index: number): LiveStack {
  return {
    ...live,
    hosts: { ...live.hosts, [at(`server.web[${index}]`)]: { kind: 'unreadable', reason: 'it does not answer' } },
  }
}

/** Everything that a step waits for, also through others. */
function waitedFor({ steps }: Plan, id: string): ReadonlySet<string> {
  const byId = new Map(steps.map((step) => [step.id as string, step]))
  const all = new Set<string>()
  const open = [id]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const need of byId.get(next)?.needs ?? []) {
      if (all.has(need)) continue
      all.add(need)
      open.push(need)
    }
  }
  return all
}

describe('the waves of a count that rolls', () => {
  it('go by the numbers of the members, or backwards, so many at a time', () => {
    const live = settled({ count: 5 })
    const waves = (rolling: string) => wavesOf(planOf({ count: 5, type: 't3.large', rolling }, live))
    expect(waves('')).toEqual([[[0], [1], [2], [3], [4]]])
    expect(waves(', maxUnavailable: 2')).toEqual([[[0, 1], [2, 3], [4]]])
    expect(waves(', maxUnavailable: 2, order: descending')).toEqual([[[4, 3], [2, 1], [0]]])
    expect(waves(', maxUnavailable: 50%')).toEqual([[[0, 1], [2, 3], [4]]])
    expect(waves(', maxUnavailable: 1%')).toEqual([[[0], [1], [2], [3], [4]]])
    expect(waves(', maxUnavailable: 100%')).toEqual([[[0, 1, 2, 3, 4]]])
  })

  it('begin with what is out of service anyway, and with as many others as still may be', () => {
    const live = touched(settled({ count: 4 }), 2, { state: 'stopped' })
    const waves = (rolling: string) => wavesOf(planOf({ count: 4, type: 't3.large', rolling }, live))
    expect(waves('')).toEqual([[[2], [0], [1], [3]]])
    expect(waves(', maxUnavailable: 2')).toEqual([
      [
        [2, 0],
        [1, 3],
      ],
    ])
    expect(waves(', maxUnavailable: 2, order: descending')).toEqual([
      [
        [2, 3],
        [1, 0],
      ],
    ])
  })

  it('are none where all are new, which come up at once, in one call, and are asked', () => {
    const said = { count: 3 }
    const plan = planOf(said, emptyLive(specOf(textOf(said))))
    expect(plan.rolls).toBeUndefined()
    const launches = plan.steps.filter(({ kind }) => kind === 'create-server')
    expect(launches).toMatchObject([0, 1, 2].map(() => ({ batch: 'server.web[0-2]' })))
    expect(plan.steps.filter(({ kind }) => kind === 'check-health')).toHaveLength(3)
  })

  it('count the members that are added with a change of the others as out of service', () => {
    const plan = planOf({ count: 4, type: 't3.large' }, settled({ count: 2 }))
    expect(wavesOf(plan)).toEqual([[[2, 3], [0], [1]]])
    expect(waitedFor(plan, 'stop-server:server.web[0]')).toContain('check-health:server.web[3]')
  })

  it('are none where nothing takes a member out of service', () => {
    const live = touched(settled({}), 1, { state: 'stopped' })
    expect(planOf({}, live).rolls).toBeUndefined()
    expect(planOf({ more: ', setup: ["true"]' }, settled({})).rolls).toBeUndefined()
    expect(planOf({ count: 1 }, settled({})).rolls).toBeUndefined()
    expect(planOf({ more: ', state: stopped' }, settled({})).rolls).toBeUndefined()
    expect(planOf({ type: 't3.large', rolling: 'none' }, settled({ rolling: 'none' })).rolls).toBeUndefined()
  })

  it('wait for copies to a new member, and for what they wait for', () => {
    const later = {
      image: 'ami-00000002',
      rest: 'sync:\n  site: { from: ./site/, to: "web[*]:/srv/site/", onChange: "true" }\n',
    }
    const plan = planOf(later, settled({ rest: later.rest }, later))
    expect(wavesOf(plan)).toEqual([[[0], [1], [2]]])
    const before = waitedFor(plan, 'create-server:server.web[1]')
    for (const step of ['copy-files:sync.site[0]', 'run-on-change:sync.site[0]']) expect(before).toContain(step)
    expect([...before].some((id) => id.startsWith('stop-server:server.web[0]#i-'))).toBe(true)
    expect(waitedFor(plan, 'check-health:server.web[0]')).toContain('run-on-change:sync.site[0]')
  })

  it('decide the order of copies that roll too', () => {
    const rest = 'sync:\n  site: { from: ./site/, to: "web[*]:/srv/site/", rolling: { health: "true" } }\n'
    const later = { image: 'ami-00000002', rolling: ', order: descending', rest }
    const plan = planOf(later, settled({ rest }, later))
    expect(errorsOf(plan)).toEqual([])
    expect(waitedFor(plan, 'copy-files:sync.site[0]')).toContain('check-health:sync.site[1]')
    expect(waitedFor(plan, 'copy-files:sync.site[1]')).toContain('check-health:sync.site[2]')
  })

  it('do not wait for a member of which the turn comes later where a health command names it', () => {
    const said = (image: string) =>
      textOf({ image, rolling: ', order: descending' }).replace('localhost', '${server.web[0].privateIp}')
    const spec = specOf(said('ami-00000001'))
    const empty = emptyLive(spec, { images: images({}, { image: 'ami-00000002' }) })
    const { live } = applyPlan(makePlan(spec, empty), empty)
    const plan = makePlan(specOf(said('ami-00000002')), live)
    expect(wavesOf(plan)).toEqual([[[2], [1], [0]]])
    expect(waitedFor(plan, 'create-server:server.web[0]')).toContain('check-health:server.web[1]')
  })

  it('do not wait for a copy that itself waits for a member of which the turn comes later', () => {
    const rest = 'sync:\n  peer: { from: "web[2]:/srv/a/", to: "web[0]:/srv/a/" }\n'
    const later = { image: 'ami-00000002', rest }
    const plan = planOf(later, settled({ rest }, later))
    expect(wavesOf(plan)).toEqual([[[0], [1], [2]]])
    expect(waitedFor(plan, 'copy-files:sync.peer')).toContain('check-health:server.web[1]')
    expect(waitedFor(plan, 'create-server:server.web[1]')).toContain('check-health:server.web[0]')
  })
})

describe('a member that may not leave service', () => {
  it('stays, and is told, while others are down for which the plan can do nothing', () => {
    const live = unreadable(settled({}), 2)
    const plan = makePlan(specOf(textOf({})), live, { replace: [at('server.web[0]')] })
    expect(errorsOf(plan)).toMatchObject([
      {
        code: 'PLAN_ROLL_HELD',
        scope: 'address',
        address: 'server.web[0]',
        message: 'server.web[0] stays as it is: server.web[2] is out of service, and rolling.maxUnavailable is 1',
      },
    ])
    expect([plan.applyable, plan.rolls, plan.steps.filter(({ kind }) => kind !== 'connect-host')]).toEqual([
      true,
      undefined,
      [],
    ])
    const more = makePlan(specOf(textOf({ rolling: ', maxUnavailable: 2' })), live, {
      replace: [0, 1].map((index) => at(`server.web[${index}]`)),
    })
    expect([errorsOf(more), wavesOf(more)]).toEqual([[], [[[0], [1]]]])
  })

  it('is not held by one that is down and that the plan changes: that one comes first', () => {
    const plan = planOf({ type: 't3.large' }, unreadable(settled({}), 2))
    expect([errorsOf(plan), wavesOf(plan)]).toEqual([[], [[[2], [0], [1]]]])
  })

  it('stays where servers are not entered, and nobody could ask it', () => {
    const out = { hostsImpossible: '--no-hosts leaves out what happens inside servers', hostsLeftOut: true }
    const live = { ...settled({}), ...out }
    expect(errorsOf(planOf({ type: 't3.large' }, live)).map(({ code }) => code)).toEqual(
      [0, 1, 2].map(() => 'PLAN_ROLL_HELD'),
    )
    const first = planOf({}, { ...emptyLive(specOf(textOf({}))), ...out })
    expect(first.steps.some(({ id }) => id.endsWith('in-service'))).toBe(false)
  })
})

describe('a member whose health was not seen', () => {
  const later: Said = { image: 'ami-00000002' }
  const sick = (said: Said, live: LiveStack) => {
    const spec = specOf(textOf(said))
    const healthy = new Set(live.servers.map(({ id }) => id))
    return rollOut(planOf(said, live), spec, { live, healthy }, { choose: () => 0, isWell: () => false, generation: 2 })
  }

  it('stops the roll: the others stay as they are, and the old instance of the first is there still', () => {
    const live = settled({}, later)
    const after = sick(later, live)
    expect(after.failed).toEqual(['check-health:server.web[0]'])
    expect(after.outMost).toBe(0)
    expect(after.live.servers).toHaveLength(4)
    expect(
      after.live.servers.filter(({ imageId }) => imageId === 'ami-00000002').map(({ address }) => address),
    ).toEqual(['server.web[0]'])
  })

  it('is asked again by the next apply, before the next one leaves', () => {
    const after = sick(later, settled({}, later))
    const plan = planOf(later, after.live)
    expect(wavesOf(plan)).toEqual([[[0], [1], [2]]])
    expect(plan.steps.filter(({ kind, address }) => kind === 'create-server' && address === 'server.web[0]')).toEqual(
      [],
    )
    expect(plan.changes.find(({ address }) => address === 'server.web[0]')).toMatchObject({
      kind: 'update',
      reason: expect.stringContaining('it has not been seen to serve since it was launched, or left service'),
    })
    expect(waitedFor(plan, 'create-server:server.web[1]')).toContain('check-health:server.web[0]')
  })

  it('goes, and the old one stays, where the file says again what it said before', () => {
    const live = settled({}, later)
    const plan = planOf({}, sick(later, live).live)
    const { live: end, failed } = applyPlan(plan, sick(later, live).live, Infinity, 3)
    expect(failed).toEqual([])
    expect(end.servers.map(({ id }) => id).sort()).toEqual(live.servers.map(({ id }) => id).sort())
    expect(makePlan(specOf(textOf({})), end).steps).toEqual([])
  })

  it('is in service for good after the next run, wherever the first was killed and in whatever order the steps of both end', () => {
    const live = settled({ count: 2 }, later)
    const spec = specOf(textOf({ count: 2, ...later }))
    const start = { live, healthy: new Set(live.servers.map(({ id }) => id)) }
    const run = (state: typeof start, choose: (count: number) => number, generation: number, stepsMax?: number) =>
      rollOut(makePlan(spec, state.live), spec, state, {
        choose,
        generation,
        ...(stepsMax !== undefined && { stepsMax }),
      })
    const all = makePlan(spec, live).steps.length
    for (let stepsMax = 1; stepsMax <= all; stepsMax += 1) {
      const killed = run(start, () => 0, 2, stepsMax)
      const finished = run({ ...killed, healthy: new Set(killed.healthy) }, (count) => count - 1, 3)
      expect([stepsMax, makePlan(spec, finished.live).steps.map(({ id }) => id)]).toEqual([stepsMax, []])
    }
  })

  it('loses the note of that where the file no longer rolls', () => {
    const live = touched(settled({}), 1, {})
    const tags = { ...live.servers[1]?.tags, [tagKeys.outOfService]: 'true' }
    const plan = planOf({ rolling: 'none' }, touched(live, 1, { tags }))
    expect(plan.steps).toMatchObject([
      { id: 'tag-resource:server.web[1]', tags: {}, removeTags: [tagKeys.outOfService] },
    ])
  })
})
