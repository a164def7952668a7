import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/planner/make-plan.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import type { StepKind } from '../../src/model/steps/step.js'
import { tagKeys } from '../../src/model/tags.js'
import type { Address } from '../../src/model/address.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { head, oneServer, withVolume } from '../support/stack-texts.js'

describe('a plan', () => {
  it.each(readdirSync('examples/stacks').filter((name) => name.endsWith('.yaml')))(
    'of examples/stacks/%s is empty after an apply',
    (name) => {
      const spec = specOf(readFileSync(`examples/stacks/${name}`, 'utf8'))
      const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec), { run: 'run-1' }), emptyLive(spec))
      expect(failed).toEqual([])
      const again = makePlan(spec, live, { run: 'run-2', revision: 'another' })
      expect(again.steps).toEqual([])
      expect(again.changes.filter(({ kind }) => kind !== 'none')).toEqual([])
    },
  )

  it('names the circle when servers wait for one another', () => {
    const spec = specOf(`${head}servers:
  one: { image: ami-00000001, type: t3.small }
  two: { image: ami-00000001, type: t3.small, dependsOn: [server.one] }`)
    const [one, two] = spec.servers
    const servers = one && two ? [{ ...one, dependsOn: [two.address] }, two] : []
    expect(() => makePlan({ ...spec, servers }, emptyLive(spec))).toThrow(
      'create-server:server.one needs connect-host:server.two needs create-server:server.two',
    )
  })

  it('makes nothing a second time that could not be read', () => {
    const spec = specOf(oneServer)
    const live = emptyLive(spec, { unreadable: [{ address: at('server.web'), reason: 'DescribeInstances timed out' }] })
    const plan = makePlan(spec, live)
    expect(stepsOf(plan, 'server.web')).toEqual([])
    expect([plan.complete, plan.applyable]).toEqual([false, true])
  })

  it('binds what exists, with the user and key that enter it', () => {
    const spec = specOf(oneServer)
    const plan = makePlan(spec, settled(oneServer))
    expect(plan.bindings['server.web']).toEqual({
      id: 'i-server.web-1',
      privateIp: '172.31.0.10',
      publicIp: '198.51.100.10',
      zone: 'us-east-1a',
      hostKey: 'ssh-ed25519 AAAAhost',
      user: 'admin',
      keyPair: 'keyPair.default',
    })
  })

  it('writes the ledger before and after', () => {
    const spec = specOf(oneServer)
    const live = { ...settled(withVolume('server: web, size: 1, mount: /srv')) }
    const { ledger } = makePlan(spec, live)
    expect(ledger.before).toContain('volume.data')
    expect(ledger.after).toEqual(['keyPair.default', 'securityGroup.default', 'server.web'])
  })
})

describe('a server', () => {
  it('is replaced for a newer image only where that is asked for', () => {
    const text = oneServer.replace('ami-00000001', "{ owner: '136693071363', name: 'debian-*', architecture: x86_64 }")
    const live = settled(text)
    const [key = ''] = Object.keys(live.images)
    const image = live.images[key]
    const newer: LiveStack = { ...live, images: image ? { [key]: { ...image, id: 'ami-0newer' } } : {} }
    const spec = specOf(text)
    expect(makePlan(spec, newer).steps).toEqual([])
    expect(codesOf(makePlan(spec, newer))).toEqual(['PLAN_IMAGE_NEWER'])
    const asked = makePlan(spec, newer, { updateImages: [at('server.web')] })
    expect(kindsOf(asked, 'server.web').slice(0, 2)).toEqual(['create-server', 'connect-host'])
    expect(kindsOf(asked, 'server.web').at(-1)).toBe('terminate-server')
  })

  it('is not replaced while it is protected', () => {
    const live = settled(oneServer.replace('type:', 'protect: true, type:'))
    const plan = planOf(oneServer.replace('ami-00000001, ', 'ami-00000002, protect: true, '), live)
    expect([plan.applyable, codesOf(plan)]).toEqual([false, ['PLAN_PROTECTED']])
  })

  it('loses its protection first when the file takes it away and replaces it', () => {
    const live = settled(oneServer.replace('type:', 'protect: true, type:'))
    const plan = planOf(oneServer.replace('ami-00000001', 'ami-00000002'), live)
    expect(kindsOf(plan, 'server.web')).toEqual([
      'create-server',
      'connect-host',
      'modify-server',
      'stop-server',
      'create-snapshot',
      'terminate-server',
    ])
  })

  it('wears a new security group only when the rules of that are in', () => {
    const groups = 'securityGroups: { door: { description: door, ingress: [{ port: 22, from: my-ip }] } }\n'
    const after = oneServer.replace('t3.small }', 't3.small, securityGroups: [door] }') + groups
    const plan = planOf(after, settled(oneServer))
    const modification = plan.steps.find(({ kind }) => kind === 'modify-server')
    expect(modification?.needs).toContain('authorize-ingress:securityGroup.door')
  })

  it('keeps the user data that it was launched with, and says so', () => {
    const live = settled(oneServer.replace('type:', 'userData: one, type:'))
    const plan = planOf(oneServer.replace('type:', 'userData: two, type:'), live)
    expect([plan.steps, codesOf(plan)]).toEqual([[], ['PLAN_USER_DATA_IGNORED']])
  })

  it('is replaced for user data where the file says so', () => {
    const text = oneServer.replace('type:', 'onUserDataChange: replace, userData: one, type:')
    const plan = planOf(text.replace('one,', 'two,'), settled(text))
    expect(changeOf(plan, 'server.web')?.kind).toBe('replace')
  })

  it('runs its setup again when the list changes, and not when it becomes empty', () => {
    const text = oneServer.replace('type:', 'setup: [uptime], type:')
    const live = settled(text)
    expect(kindsOf(planOf(text.replace('uptime', 'uptime -p'), live), 'server.web')).toEqual([
      'connect-host',
      'run-setup',
      'tag-resource',
    ])
    expect(kindsOf(planOf(oneServer, live), 'server.web')).toEqual(['tag-resource'])
  })

  it('that shall be stopped is made, entered, set up and then stopped', () => {
    const plan = planOf(oneServer.replace('type:', 'state: stopped, setup: [uptime], type:'))
    expect(kindsOf(plan, 'server.web')).toEqual([
      'create-server',
      'connect-host',
      'run-setup',
      'stop-server',
      'tag-resource',
    ])
  })

  it('is entered again when an apply was cut off before its host key was pinned', () => {
    const live = settled(oneServer)
    const servers = live.servers.map((server) => ({
      ...server,
      tags: Object.fromEntries(Object.entries(server.tags).filter(([key]) => key !== tagKeys.hostKey)),
    }))
    const hosts: LiveStack['hosts'] = { 'server.web': { kind: 'unreadable', reason: 'its host key is not known' } }
    const plan = planOf(oneServer, { ...live, servers, hosts })
    expect(kindsOf(plan, 'server.web')).toEqual(['connect-host'])
  })

  it('goes where its volume is', () => {
    const text = withVolume('server: web, size: 1, mount: /srv, zone: us-east-1b')
    const plan = planOf(text)
    expect(plan.steps.find(({ kind }) => kind === 'create-server')).toMatchObject({ zone: 'us-east-1b' })
  })

  it('is made in a subnet, and its group in that network', () => {
    const text = oneServer.replace('type:', 'subnet: subnet-0a000001, type:')
    const subnets = {
      'subnet-0a000001': { id: 'subnet-0a000001', zone: 'us-east-1b', vpcId: 'vpc-0a000001', givesPublicIp: true },
    }
    const spec = specOf(text)
    const plan = makePlan(spec, emptyLive(spec, { subnets }))
    expect(plan.steps.find(({ kind }) => kind === 'create-server')).toMatchObject({
      subnetId: 'subnet-0a000001',
      zone: undefined,
    })
    expect(plan.steps.find(({ kind }) => kind === 'create-security-group')).toMatchObject({ vpcId: 'vpc-0a000001' })
  })

  it('waits with its setup for its mounts', () => {
    const plan = planOf(withVolume('server: web, size: 1, mount: /srv').replace('type:', 'setup: [uptime], type:'))
    expect(needsOf(plan, 'run-setup:server.web')).toEqual(['connect-host:server.web', 'mount-volume:volume.data'])
  })

  it('is ready for what depends on it when its volumes are mounted and its setup has run', () => {
    const text = withVolume('server: web, size: 1, mount: /srv').replace(
      'servers:',
      'servers:\n  later: { image: ami-00000001, type: t3.small, dependsOn: [server.web] }',
    )
    expect(needsOf(planOf(text), 'create-server:server.later')).toContain('mount-volume:volume.data')
    const setUp = text.replace('web: { image: ami-00000001,', 'web: { image: ami-00000001, setup: [uptime],')
    expect(needsOf(planOf(setUp), 'create-server:server.later')).toContain('run-setup:server.web')
  })
})

describe('a security group', () => {
  it('whose description changed cannot be changed', () => {
    const text = `${oneServer}securityGroups:\n  door: { description: one, ingress: [] }\n`
    const plan = planOf(text.replace('one,', 'two,'), settled(text))
    expect([plan.applyable, codesOf(plan)]).toEqual([false, ['PLAN_GROUP_DESCRIPTION_FIXED']])
  })

  it('keeps a rule that EC2 has written in its own form', () => {
    const text = `${oneServer}securityGroups:\n  door: { description: one, ingress: [{ port: 80, from: 100.68.0.0/18 }] }\n`
    const live = settled(text)
    const spec = specOf(text)
    const loose = {
      ...spec,
      securityGroups: spec.securityGroups.map((group) => ({
        ...group,
        ingress: group.ingress.map((rule) =>
          rule.from.kind === 'cidr' ? { ...rule, from: { kind: 'cidr' as const, cidr: '100.68.0.18/18' } } : rule,
        ),
      })),
    }
    const plan = makePlan(loose, live)
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['tag-resource'])
  })

  it('leaves my-ip rules alone when nobody knows the address', () => {
    const plan = planOf(oneServer, { ...settled(oneServer), operatorIp: undefined })
    expect([plan.steps, plan.applyable, codesOf(plan)]).toEqual([[], true, ['PLAN_OPERATOR_IP_UNKNOWN']])
  })

  it('goes after the server that wore it, and after groups that name it', () => {
    const text = `${oneServer}securityGroups:
  one: { description: one, ingress: [{ port: 80, from: securityGroup.two }] }
  two: { description: two, ingress: [{ port: 80, from: securityGroup.one }] }
`
    const plan = planOf(oneServer, settled(text))
    expect(plan.steps.map(({ id }) => id)).toEqual([
      'revoke-ingress:securityGroup.one',
      'revoke-ingress:securityGroup.two',
      'delete-security-group:securityGroup.one',
      'delete-security-group:securityGroup.two',
    ])
  })
})

describe('a key pair', () => {
  it('that was generated elsewhere gives no way to another one that lies here', () => {
    const live = settled(oneServer)
    const plan = planOf(oneServer, { ...live, hosts: {}, publicKeys: { 'keyPair.default': 'ssh-ed25519 AAAAother' } })
    expect([plan.steps, codesOf(plan)]).toEqual([[], ['PLAN_KEY_NOT_HERE']])
  })

  it('that was generated elsewhere is left, with a word about it', () => {
    const plan = planOf(oneServer, { ...settled(oneServer), hosts: {}, publicKeys: {} })
    expect([plan.steps, codesOf(plan)]).toEqual([[], ['PLAN_KEY_NOT_HERE']])
  })
})

describe('tags', () => {
  it('that leave the file are taken away, and those of others stay', () => {
    const live = settled(oneServer.replace('type:', 'tags: { team: a, cost: b }, type:'))
    const others = {
      ...live,
      servers: live.servers.map((server) => ({ ...server, tags: { ...server.tags, theirs: 'x' } })),
    }
    const plan = planOf(oneServer.replace('type:', 'tags: { team: a }, type:'), others)
    expect(plan.steps).toMatchObject([{ kind: 'tag-resource', removeTags: ['cost'] }])
    expect(changeOf(plan, 'server.web')?.diffs).toEqual([
      { path: 'tags.cost', before: 'b', after: null, cause: 'pending' },
    ])
  })
})

function planOf(text: string, live?: LiveStack): Plan {
  const spec = specOf(text)
  const world = live ? { ...live, images: { ...live.images, ...imagesFor(spec) } } : emptyLive(spec)
  return makePlan(spec, world)
}

function settled(text: string): LiveStack {
  const spec = specOf(text)
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  return live
}

function stepsOf(plan: Plan, address: string) {
  return plan.steps.filter((step) => step.address === (address as Address))
}

function kindsOf(plan: Plan, address: string): readonly StepKind[] {
  return stepsOf(plan, address).map(({ kind }) => kind)
}

function needsOf(plan: Plan, id: string): readonly string[] {
  return plan.steps.find((step) => step.id === id)?.needs ?? []
}

function changeOf(plan: Plan, address: string) {
  return plan.changes.find((change) => change.address === address)
}

function codesOf(plan: Plan): readonly string[] {
  return plan.problems.map(({ code }) => code)
}
