import { describe, expect, test } from 'vitest'
import type { LiveScalingGroup } from '../../src/model/kinds/scaling-group.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

const file = (entry: string, more = '') => `evenkeel: 1
stack: tier
target: sandbox
securityGroups: { web: { ingress: [{ port: 22, from: 0.0.0.0/0 }] } }
scalingGroups:
  pool: { image: ami-0123456789abcdef0, min: 1, max: 4, zones: [us-east-1a], securityGroups: [web], ${entry} }
${more}`
const usual = 'type: t3.small, desired: 2'

function made(text: string): LiveStack {
  const spec = specOf(text)
  const empty = emptyLive(spec, {})
  const { live, failed } = applyPlan(makePlan(spec, empty, { run: 'run-1' }), empty)
  expect(failed).toEqual([])
  return live
}

function planned(text: string, live: LiveStack) {
  const plan = makePlan(specOf(text), live, { run: 'run-2' })
  const change = plan.changes.find(({ address }) => address === 'scalingGroup.pool')
  return { plan, change, steps: plan.steps.map(({ kind }) => kind) }
}

/** The same world, with another group in it. */
function changed(live: LiveStack, edit: (group: NonNullable<LiveScalingGroup['group']>) => object): LiveStack {
  const scalingGroups = (live.scalingGroups ?? []).map((one) =>
    one.group ? { ...one, group: { ...one.group, ...edit(one.group) } } : one,
  )
  return { ...live, scalingGroups }
}

test('a scaling group is made, stays, and goes', () => {
  const live = made(file(usual))
  expect(planned(file(usual), live)).toMatchObject({ steps: [], change: { kind: 'none' } })
  const plan = makeDestroyPlan(specOf(file(usual)), live, { run: 'run-2' })
  expect(plan.steps.map(({ kind }) => kind)).toEqual(['delete-scaling-group', 'delete-security-group'])
  expect(applyPlan(plan, live).live.scalingGroups).toEqual([])
})

test('sizes change in place; what members are launched from by a refresh, after which the former template goes', () => {
  const live = made(file(usual))
  expect(planned(file('type: t3.small, desired: 3'), live).steps).toEqual(['modify-scaling-group', 'tag-resource'])
  const larger = planned(file('type: t3.large, desired: 2'), live)
  expect(larger.steps).toEqual(['refresh-scaling-group', 'delete-launch-templates', 'tag-resource'])
  expect(larger.change).toMatchObject({
    kind: 'update',
    impact: 'restart',
    reason: 'the file asks for a change of type; its members are replaced, with what is on their disks',
    diffs: [{ path: 'type', before: 't3.small', after: 't3.large', cause: 'pending' }],
  })
  const { live: after, failed } = applyPlan(larger.plan, live)
  expect(failed).toEqual([])
  expect(planned(file('type: t3.large, desired: 2'), after).steps).toEqual([])
})

describe('what others changed', () => {
  const live = made(file(usual))
  const diffsOf = (world: LiveStack, text = file(usual)) =>
    planned(text, world).change?.diffs.map(({ path, cause }) => `${path} ${cause}`)

  test('in its sizes is drift, and `desired` where the file says it', () => {
    expect(diffsOf(changed(live, () => ({ max: 9, desired: 4 })))).toEqual(['desired drift', 'max drift'])
    const free = made(file('type: t3.small'))
    expect(
      diffsOf(
        changed(free, () => ({ desired: 4 })),
        file('type: t3.small'),
      ),
    ).toEqual([])
  })

  test('in its processes is drift', () => {
    const world = changed(live, () => ({ suspended: ['Launch'] }))
    expect(diffsOf(world)).toEqual(['suspended drift'])
    expect(planned(file(usual), world).steps).toEqual(['modify-scaling-group'])
  })

  test('in what it launches from has its members replaced', () => {
    const other = changed(live, ({ template }) => ({ template: { ...template, id: 'lt-other', version: '2' } }))
    expect(diffsOf(other)).toEqual(['template drift'])
    expect(planned(file(usual), other).steps).toContain('refresh-scaling-group')
    expect(diffsOf(changed(live, () => ({ template: undefined })))).toEqual(['template drift'])
  })

  test('in what some members were launched from has these replaced', () => {
    const world = changed(live, ({ members }) => ({
      members: members.map((member, index) => (index === 0 ? { ...member, templateId: 'lt-old' } : member)),
    }))
    expect(diffsOf(world)).toEqual(['members drift'])
    // What is on its way out is replaced already.
    const leaving = changed(world, ({ members }) => ({
      members: members.map((member, index) => (index === 0 ? { ...member, state: 'Terminating' } : member)),
    }))
    expect(diffsOf(leaving)).toEqual([])
  })

  test('and a template that a killed run left is taken away', () => {
    const scalingGroups = live.scalingGroups!.map((one) => ({
      ...one,
      templateIds: [...one.templateIds, 'lt-left'].sort(),
    }))
    const { plan, steps } = planned(file(usual), { ...live, scalingGroups })
    expect(steps).toEqual(['delete-launch-templates'])
    expect(plan.steps).toMatchObject([{ templateIds: ['lt-left'] }])
  })
})

test('a newer image is told, and replaces members when that is asked for', () => {
  const named = (text: string) => text.replace('ami-0123456789abcdef0', "{ owner: self, name: 'x-*' }")
  const live = made(named(file(usual)))
  const key = Object.keys(live.images)[0]!
  const newer = { ...live, images: { [key]: { ...live.images[key]!, id: 'ami-00000000000000000' } } }
  const told = planned(named(file(usual)), newer)
  expect(told.steps).toEqual([])
  expect(told.plan.problems).toMatchObject([{ code: 'PLAN_IMAGE_NEWER', address: 'scalingGroup.pool' }])
  const asked = makePlan(specOf(named(file(usual))), newer, {
    run: 'run-2',
    updateImages: ['scalingGroup.pool' as never],
  })
  expect(asked.steps.map(({ kind }) => kind)).toContain('refresh-scaling-group')
})

test('a protected one goes only where the file says otherwise', () => {
  const guarded = file(`${usual}, protect: true`)
  const live = made(guarded)
  const problems = (text: string) => makeDestroyPlan(specOf(text), live, { run: 'run-2' }).problems
  expect(problems(guarded)).toMatchObject([{ code: 'PLAN_PROTECTED' }])
  expect(problems(file(usual))).toEqual([])
})

test('it waits for its load balancer, which lets its members be, and goes before it', () => {
  const balanced = file(
    `${usual}, loadBalancer: front`,
    'loadBalancers: { front: { securityGroups: [web], subnets: [subnet-0000000000000000a, subnet-0000000000000000b], targets: { port: 80 } } }\n',
  )
  const spec = specOf(balanced)
  const subnets = Object.fromEntries(
    ['a', 'b'].map((letter) => [
      `subnet-0000000000000000${letter}`,
      { id: `subnet-0000000000000000${letter}`, zone: `us-east-1${letter}`, vpcId: 'vpc-1', givesPublicIp: true },
    ]),
  )
  const empty = emptyLive(spec, { subnets })
  const plan = makePlan(spec, empty, { run: 'run-1' })
  expect(plan.problems).toEqual([])
  const order = plan.steps.map(({ kind }) => kind).filter((kind) => /balancer|scaling/.test(kind))
  expect(order).toEqual(['create-load-balancer', 'create-scaling-group'])
  const { live, failed } = applyPlan(plan, empty)
  expect(failed).toEqual([])
  const members = live.scalingGroups![0]!.group!.members
  const loadBalancers = live.loadBalancers!.map((one) => ({
    ...one,
    targetGroups: one.targetGroups.map((group) => ({
      ...group,
      targets: members.map(({ instanceId }) => ({ instanceId, port: 80, state: 'healthy', reason: undefined })),
    })),
  }))
  const world = { ...live, loadBalancers, subnets }
  expect(makePlan(spec, world, { run: 'run-2' }).steps).toEqual([])
  const gone = makeDestroyPlan(spec, world, { run: 'run-2' }).steps.map(({ kind }) => kind)
  expect(gone.slice(0, 2)).toEqual(['delete-scaling-group', 'delete-load-balancer'])
})
