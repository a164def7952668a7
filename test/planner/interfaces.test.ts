import { describe, expect, it } from 'vitest'
import { required } from '../../src/core/assert.js'
import { subnetKey, type LiveSubnet } from '../../src/model/launch/subnet.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'

const file = (interfaces: string, more = '') => `evenkeel: 1
stack: tier
target: sandbox
securityGroups: { web: { ingress: [{ port: 22, from: 0.0.0.0/0 }] } }
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a, securityGroups: [web]${more}${interfaces && `, interfaces: { ${interfaces} }`} }
`
const storage = 'storage: { subnet: subnet-0000000a, privateIp: 172.31.1.10 }'
const both = `${storage}, control: { subnet: subnet-0000000a }`
const subnetOf = (id: string, zone: string, vpcId = 'vpc-default'): LiveSubnet => ({
  id,
  zone,
  vpcId,
  givesPublicIp: false,
})
const subnets = Object.fromEntries(
  [
    subnetOf('subnet-0000000a', 'us-east-1a'),
    subnetOf('subnet-0000000b', 'us-east-1b'),
    subnetOf('subnet-0000000c', 'us-east-1a', 'vpc-other'),
  ].map((subnet) => [subnetKey({ kind: 'id', id: subnet.id }), subnet]),
)

function applied(text: string): LiveStack {
  const spec = specOf(text)
  const empty = emptyLive(spec, { subnets })
  const made = applyPlan(makePlan(spec, empty, { run: 'run-1' }), empty)
  expect(made.failed).toEqual([])
  return { ...made.live, subnets }
}
const plan = (text: string, live: LiveStack) => makePlan(specOf(text), live, { run: 'run-2' })
const stepsOf = (text: string, live: LiveStack) => plan(text, live).steps.map(({ id }) => id)
const changed = (live: LiveStack, facts: object): LiveStack => ({
  ...live,
  interfaces: [{ ...required(live.interfaces?.[0], 'an interface'), ...facts }],
})

describe('the interfaces of a server', () => {
  it('are made once it is there, one after another, and stay', () => {
    const empty = emptyLive(specOf(file(both)), { subnets })
    const first = plan(file(both), empty)
    const steps = new Map(first.steps.map((step) => [step.id as string, step.needs as readonly string[]]))
    expect(steps.get('ensure-interface:interface.web.control')).toContain('create-server:server.web')
    expect(steps.get('ensure-interface:interface.web.storage')).toContain('ensure-interface:interface.web.control')
    expect(plan(file(both), applied(file(both))).steps).toEqual([])
  })

  it('are left by the old instance of a server that is replaced before that ends', () => {
    const live = applied(file(storage))
    const again = plan(file(storage, ', onUserDataChange: replace, userData: "#!/bin/sh"'), live)
    const order = again.steps.map(({ kind }) => kind)
    expect(order.indexOf('create-server')).toBeLessThan(order.indexOf('ensure-interface'))
    expect(order.indexOf('ensure-interface')).toBeLessThan(order.indexOf('terminate-server'))
    const after = applyPlan(again, live)
    expect(after.failed).toEqual([])
    expect(after.live.interfaces?.[0]?.id).toBe(live.interfaces?.[0]?.id)
    expect(after.live.interfaces?.[0]?.instanceId).toBe(after.live.servers[0]?.id)
  })

  it('are deleted where they leave the file, and after the server that ends', () => {
    const live = applied(file(both))
    expect(stepsOf(file(storage), live)).toEqual(['remove-interface:interface.web.control'])
    const destroying = makeDestroyPlan(specOf(file(both)), live, { run: 'run-2' })
    const order = destroying.steps.map(({ kind }) => kind)
    expect(order.indexOf('terminate-server')).toBeLessThan(order.indexOf('remove-interface'))
    expect(order.lastIndexOf('remove-interface')).toBeLessThan(order.indexOf('delete-security-group'))
    expect(applyPlan(destroying, live)).toMatchObject({ failed: [], live: { interfaces: [] } })
  })

  it('are made anew for another first address, the old one first', () => {
    const again = plan(file(storage.replace('.10', '.11')), applied(file(storage)))
    expect(again.changes.find(({ kind }) => kind !== 'none')).toMatchObject({ kind: 'replace', impact: 'downtime' })
    expect(again.steps.map(({ kind }) => kind).slice(0, 2)).toEqual(['remove-interface', 'ensure-interface'])
  })

  it.each([
    ['detached', { instanceId: undefined, isAttached: false }, 'attachment'],
    ['with another address', { secondaryPrivateIps: ['172.31.1.99'] }, 'secondaryPrivateIps'],
    ['that passes on what is others', { sourceDestCheck: false }, 'sourceDestCheck'],
    ['with other groups', { securityGroupIds: ['sg-other'] }, 'securityGroups'],
  ])('one %s is drift', (_name, facts, path) => {
    const { changes, steps } = plan(file(storage), changed(applied(file(storage)), facts))
    expect(changes.filter(({ kind }) => kind !== 'none')).toMatchObject([
      { address: 'interface.web.storage', kind: 'update', diffs: [{ path, cause: 'drift' }] },
    ])
    expect(steps.map(({ kind }) => kind)).toContain('ensure-interface')
  })

  it.each([
    ['in another zone', 'storage: { subnet: subnet-0000000b }', 'PLAN_ZONE_MISMATCH'],
    ['in a subnet that nobody knows', 'storage: { subnet: subnet-00000099 }', 'PLAN_SUBNET_NOT_FOUND'],
    ['whose groups are in another network', 'storage: { subnet: subnet-0000000c }', 'PLAN_GROUP_IN_OTHER_NETWORK'],
  ])('one %s is refused', (_name, written, code) => {
    const { problems, steps } = plan(file(written), applied(file('')))
    expect(problems.map((problem) => problem.code)).toContain(code)
    expect(steps.map(({ kind }) => kind)).not.toContain('ensure-interface')
  })

  it.each([
    ['', ['PLAN_PRIVATE_ADDRESS']],
    [', elasticIp: true', []],
  ])('cost a server%s that is started again its public address', (more, codes) => {
    const live = applied(file(storage, more))
    const seen = { ...live, servers: live.servers.map((server) => ({ ...server, publicIp: '198.51.100.7' })) }
    const restarted = plan(file(storage, more).replace('t3.small', 't3.medium'), seen)
    expect(restarted.steps.map(({ kind }) => kind)).toContain('start-server')
    expect(restarted.problems.map(({ code }) => code)).toEqual(codes)
    expect(plan(file(storage, more), seen).problems).toEqual([])
  })

  it('that is on an instance of somebody else is neither taken nor deleted', () => {
    const live = changed(applied(file(storage)), { instanceId: 'i-foreign', isAttached: true })
    for (const text of [file(storage), file('')]) {
      expect(plan(text, live).problems.map(({ code }) => code)).toEqual(['PLAN_FOREIGN_ASSOCIATION'])
      expect(plan(text, live).steps).toEqual([])
    }
  })
})
