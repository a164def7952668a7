import { describe, expect, it, test } from 'vitest'
import { required } from '../../src/core/assert.js'
import type { LiveLoadBalancer, LiveTargetGroup } from '../../src/model/kinds/load-balancer.js'
import { liveSources } from '../../src/model/outputs/live-sources.js'
import { tagKeys } from '../../src/model/tags.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

const file = (type: string, more = '') => `evenkeel: 1
stack: tier
target: sandbox
securityGroups: { edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }, web: { ingress: [{ port: 22, from: 0.0.0.0/0 }] } }
servers:
  web: { count: 2, image: ami-0123456789abcdef0, type: ${type}, zone: us-east-1a, securityGroups: [web], rolling: { maxUnavailable: 1 } }
loadBalancers: { front: { securityGroups: [edge], targets: { servers: web, port: 8080 }${more} } }
`
const defaultSubnets = ['a', 'b'].map((letter) => ({
  id: `subnet-${letter}`,
  zone: `us-east-1${letter}`,
  vpcId: 'vpc-default',
  givesPublicIp: true,
}))

test('a load balancer is made, stays, drains what restarts, and goes', () => {
  const first = specOf(file('t3.small'))
  const empty = emptyLive(first, { defaultSubnets })
  const made = applyPlan(makePlan(first, empty, { run: 'run-1' }), empty)
  expect(made.failed).toEqual([])
  const live = { ...made.live, defaultSubnets }
  expect(makePlan(first, live, { run: 'run-2' }).steps).toEqual([])
  const plan = makePlan(specOf(file('t3.large')), live, { run: 'run-3' })
  const order = plan.steps.flatMap(({ kind }) => (/target|stop-server/.test(kind) ? [kind] : []))
  const turn = ['deregister-target', 'stop-server', 'register-target', 'await-target']
  expect(order).toEqual([...turn, ...turn])
  expect(applyPlan(plan, live).failed).toEqual([])
  const another = makePlan(specOf(file('t3.small', ', internal: true')), live, { run: 'run-4' })
  expect(another.changes.find(({ address }) => address === 'loadBalancer.front')?.kind).toBe('replace')
})

test('a protected load balancer is neither replaced nor removed, also where it left the file, until the file says otherwise', () => {
  const guarded = specOf(file('t3.small', ', protect: true'))
  const empty = emptyLive(guarded, { defaultSubnets })
  const made = applyPlan(makePlan(guarded, empty, { run: 'run-1' }), empty)
  const live = { ...made.live, defaultSubnets }
  const kindOf = (text: string, destroys = false) => {
    const spec = specOf(text)
    const plan = destroys ? makeDestroyPlan(spec, live, { run: 'run-2' }) : makePlan(spec, live, { run: 'run-2' })
    const codes = plan.problems.flatMap(({ address, code }) => (address === 'loadBalancer.front' ? [code] : []))
    return codes[0] ?? plan.changes.find(({ address }) => address === 'loadBalancer.front')?.kind
  }
  const gone = file('t3.small').replace(/^loadBalancers.*$/m, '')
  expect(kindOf(gone)).toBe('PLAN_PROTECTED')
  expect(kindOf(file('t3.small', ', protect: true, internal: true'))).toBe('PLAN_PROTECTED')
  expect(kindOf(file('t3.small', ', protect: true'), true)).toBe('PLAN_PROTECTED')
  expect(kindOf(file('t3.small', ', internal: true'))).toBe('replace')
  expect(kindOf(file('t3.small'), true)).toBe('remove')
})

describe('what an apply left that did not come to its end', () => {
  const spec = specOf(file('t3.small'))
  const empty = emptyLive(spec, { defaultSubnets })
  const settled = { ...applyPlan(makePlan(spec, empty, { run: 'run-1' }), empty).live, defaultSubnets }
  type Live = typeof settled
  const idOf = (index: number) =>
    required(
      settled.servers.find(({ address }) => address === `server.web[${index}]`),
      'a member',
    ).id
  const balanced = (live: Live, change: (group: LiveTargetGroup, balancer: LiveLoadBalancer) => object): Live => ({
    ...live,
    loadBalancers: (live.loadBalancers ?? []).map((balancer) => ({
      ...balancer,
      targetGroups: balancer.targetGroups.map((group) => ({ ...group, ...change(group, balancer) })),
    })),
  })
  const sick = (live: Live, index: number, state = 'unhealthy') =>
    balanced(live, ({ targets }) => ({
      targets: targets.map((target) => (target.instanceId === idOf(index) ? { ...target, state } : target)),
    }))
  const noted = (live: Live, index: number): Live => ({
    ...live,
    servers: live.servers.map((server) =>
      server.id === idOf(index) ? { ...server, tags: { ...server.tags, [tagKeys.outOfService]: 'true' } } : server,
    ),
  })
  const planOf = (text: string, live: Live) => makePlan(specOf(text), live, { run: 'run-2' })
  const idsOf = (plan: ReturnType<typeof planOf>, pattern: RegExp) =>
    plan.steps.map(({ id }) => id).filter((id) => pattern.test(id))
  const before = (plan: ReturnType<typeof planOf>, first: string, second: string) => {
    const ids: readonly string[] = plan.steps.map(({ id }) => id)
    return ids.includes(first) && ids.indexOf(first) < ids.indexOf(second)
  }

  test('a member that its balancer has not found healthy since its turn is waited for before the next one leaves', () => {
    const plan = planOf(file('t3.large'), sick(noted(settled, 0), 0))
    const half = planOf(file('t3.small'), sick(noted(settled, 0), 0))
    expect(idsOf(half, /await-target/)).toEqual(['await-target:loadBalancer.front#server.web[0]'])
    expect(before(half, 'await-target:loadBalancer.front#server.web[0]', 'tag-resource:server.web[0]#in-service')).toBe(
      true,
    )
    expect(
      before(plan, 'await-target:loadBalancer.front#server.web[0]', 'tag-resource:server.web[1]#leaves-service'),
    ).toBe(true)
  })

  test('nobody leaves while another is unhealthy that the plan does not bring back', () => {
    const other = file('t3.large').replace('count: 2', 'count: 3')
    const three = specOf(other.replace('t3.large', 't3.small'))
    const whole = { ...applyPlan(makePlan(three, empty, { run: 'run-1' }), empty).live, defaultSubnets }
    const partly = {
      ...whole,
      servers: whole.servers.map((server) =>
        server.address === 'server.web[0]' ? { ...server, type: 't3.large' } : server,
      ),
    }
    const id = required(
      partly.servers.find(({ address }) => address === 'server.web[0]'),
      'the first',
    ).id
    const ill = balanced(partly, ({ targets }) => ({
      targets: targets.map((target) => (target.instanceId === id ? { ...target, state: 'unhealthy' } : target)),
    }))
    const plan = planOf(other, ill)
    expect(plan.problems.map(({ code }) => code)).toEqual(['PLAN_ROLL_HELD', 'PLAN_ROLL_HELD'])
    expect(plan.problems[0]?.message).toContain('server.web[0] is out of service')
    expect(idsOf(plan, /stop-server|deregister/)).toEqual([])
    // Where all are, all get what comes: the balancer fails open.
    const all = balanced(partly, ({ targets }) => ({
      targets: targets.map((target) => ({ ...target, state: 'unhealthy' })),
    }))
    expect(planOf(other, all).problems).toEqual([])
  })

  test('members that were never found healthy are waited for, until the record says that all are behind it', () => {
    const unrecorded = (live: Live): Live => ({
      ...live,
      loadBalancers: (live.loadBalancers ?? []).map((one) => ({
        ...one,
        balancers: one.balancers.map((balancer) => ({
          ...balancer,
          tags: {
            ...balancer.tags,
            [tagKeys.applied]: required(balancer.tags[tagKeys.applied], 'a record').replace(/servers=\S*/, ''),
          },
        })),
      })),
    })
    expect(idsOf(planOf(file('t3.small'), sick(unrecorded(settled), 1)), /await/)).toEqual([
      'await-target:loadBalancer.front#server.web[1]',
    ])
    expect(planOf(file('t3.small'), sick(settled, 1)).steps).toEqual([])
  })

  test('what still drains is waited for before it is stopped', () => {
    const draining = balanced(noted(settled, 0), ({ targets }) => ({
      targets: targets.filter(({ instanceId }) => instanceId !== idOf(0)),
      draining: [idOf(0)],
    }))
    const leaves = `deregister-target:loadBalancer.front#${idOf(0)}`
    expect(before(planOf(file('t3.large'), draining), leaves, 'stop-server:server.web[0]')).toBe(true)
    // It only comes back, where it stays as it is.
    expect(idsOf(planOf(file('t3.small'), draining), /register-target/)).toEqual([
      'register-target:loadBalancer.front#server.web[0]',
    ])
  })

  test.each(['port: 8081', 'port: 8080 }, internal: true, tags: { a: b'])(
    'what restarts while %s is new leaves what it is behind first',
    (change) => {
      const plan = planOf(file('t3.large').replace('servers: web, port: 8080', `servers: web, ${change}`), settled)
      for (const index of [0, 1]) {
        const leaves = `deregister-target:loadBalancer.front#${idOf(index)}`
        expect(before(plan, leaves, `stop-server:server.web[${index}]`)).toBe(true)
      }
      expect(applyPlan(plan, settled).failed).toEqual([])
    },
  )

  test('outputs know its name', () => {
    expect(liveSources(settled)({ address: at('loadBalancer.front'), property: 'dnsName' })).toMatch(/^front-.*\.elb\./)
  })
})

describe('a load balancer in a network of the file', () => {
  const within = (publicSubnets: readonly string[], more = '') => `evenkeel: 1
stack: tier
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    subnets:
${['a', 'b', 'c'].map((name, index) => `      ${name}: { cidr: 10.20.${index}.0/24, zone: us-east-1${name === 'c' ? 'a' : name}${publicSubnets.includes(name) ? ', public: true' : ''} }\n`).join('')}
securityGroups: { edge: { network: lab, ingress: [{ port: 80, from: 0.0.0.0/0 }] } }
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, subnet: network.lab.a }
loadBalancers:
  front: { subnets: [network.lab.a, network.lab.b], securityGroups: [edge], targets: { servers: web, port: 8080 }${more} }
`
  const planOf = (text: string) => makePlan(specOf(text), emptyLive(specOf(text)), { run: 'run-1' })

  it('is refused where it faces the internet, and the network has no way there', () => {
    const told = (text: string) =>
      planOf(text).problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []))
    expect(told(within([]))).toEqual(['loadBalancer.front: network.lab has no way to the internet'])
    expect(told(within([], ', internal: true'))).toEqual([])
  })

  it('keeps a network that leaves the file, where it names the subnets by their tags', () => {
    const text = within(['a', 'b'])
    const live = applyPlan(planOf(text), emptyLive(specOf(text))).live
    const subnets = ['a', 'b'].map((name) => {
      const subnet = live.networks?.find(({ address }) => address === `network.lab.${name}`)
      if (subnet?.part !== 'subnet') throw new Error(`there is no subnet ${name}`)
      const { id, vpcId } = subnet
      return [`tag:Name=${name}`, { id, vpcId, zone: `us-east-1${name}`, givesPublicIp: true }] as const
    })
    const left = text
      .replace(/networks:[^]*?(?=securityGroups)/, '')
      .replace('network: lab, ', '')
      .replace('[network.lab.a, network.lab.b]', '[{ tag: Name=a }, { tag: Name=b }]')
      .replace(', subnet: network.lab.a', ', zone: us-east-1a')
    const known = { ...live, subnets: Object.fromEntries(subnets) }
    const { problems, steps } = makePlan(specOf(left), known, { run: 'run-2' })
    expect(problems.map(({ message }) => message).join()).toContain('loadBalancer.front')
    expect(steps.filter(({ kind }) => kind === 'delete-network')).toEqual([])
  })

  it('is made once the network has its gateway, whichever subnets lead there', () => {
    const made = planOf(within(['c'])).steps.find(({ kind }) => kind === 'create-load-balancer')
    expect(made?.needs).toContain('create-network:network.lab.gateway')
  })
})
