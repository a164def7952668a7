import { expect, test } from 'vitest'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
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
