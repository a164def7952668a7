import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import type { LiveOffers } from '../../../../src/model/launch/offers.js'
import { decideSecurityGroups } from '../../../../src/planner/decide/network/security-group-decisions.js'
import { decideServers } from '../../../../src/planner/decide/servers/server-decisions.js'
import { at, emptyLive, specOf } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'

const server = (more: string) =>
  `evenkeel: 1\nstack: s\ntarget: { region: us-east-1 }\nservers:\n  web: { image: ami-0123456789abcdef0, ${more} }\n`

const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const
const defaultSubnets = zones.map((zone) => ({ id: `subnet-${zone}`, zone, vpcId: 'vpc-default', givesPublicIp: true }))
const x86 = { architectures: ['i386', 'x86_64'], zones: [...zones] } as const
const offers: LiveOffers = { types: { 't3.small': x86 }, defaultSubnets }

/** What becomes of the one server of a file, in a region with these zones. */
function decide(more: string, changes: Partial<LiveStack> = {}) {
  const world = worldFor(server(more), { zones, offers, ...changes })
  const decision = decideServers(world, new Set()).get(at('server.web'))
  const zone = decision && 'launch' in decision ? decision.launch.zone : undefined
  const problems = decision?.problems.map(({ code, path, scope }) => ({ code, path, scope })) ?? []
  return { zone, problems, hints: decision?.problems.map(({ hint = '' }) => hint).join('\n') ?? '' }
}

const problem = (code: string, ...path: readonly string[]) => ({ code, path, scope: 'plan' })

describe('a server that names no zone', () => {
  it('goes to the first one of the region', () => {
    expect(decide('type: t3.small')).toMatchObject({ zone: 'us-east-1a', problems: [] })
  })

  it('goes where its type is offered, and a default subnet is', () => {
    const types = { 't3.small': { ...x86, zones: ['us-east-1b', 'us-east-1c'] } }
    expect(decide('type: t3.small', { offers: { types, defaultSubnets: defaultSubnets.slice(0, 2) } }).zone).toBe(
      'us-east-1b',
    )
    expect(decide('type: t3.small', { offers: { types, defaultSubnets: defaultSubnets.slice(2) } }).zone).toBe(
      'us-east-1c',
    )
  })

  it('goes to a Local Zone where the file names it alone', () => {
    const edge = 'us-east-1-bos-1a'
    const local = {
      edgeZones: [edge],
      offers: { types: { 't3.small': { ...x86, zones: [edge, ...zones] } }, defaultSubnets },
      subnets: {
        'subnet-0123456789abcde01': {
          id: 'subnet-0123456789abcde01',
          zone: edge,
          vpcId: 'vpc-default',
          givesPublicIp: true,
        },
      },
    }
    expect(decide('type: t3.small', local).zone).toBe('us-east-1a')
    expect(decide(`type: t3.small, subnet: subnet-0123456789abcde01`, local)).toMatchObject({
      zone: edge,
      problems: [],
    })
  })

  it('is refused where no zone will do', () => {
    const { problems } = decide('type: t3.small', { offers: { ...offers, defaultSubnets: [] } })
    expect(problems).toEqual([problem('PLAN_ZONE_NOT_FOUND', 'type')])
  })
})

describe('a launch that EC2 would refuse is a problem of the plan, at the word that is wrong:', () => {
  const subnets = {
    'subnet-0123456789abcde01': {
      id: 'subnet-0123456789abcde01',
      zone: 'us-east-1b',
      vpcId: 'vpc-other',
      givesPublicIp: true,
    },
  }
  it.each<[what: string, more: string, changes: Partial<LiveStack>, ...path: readonly string[]]>([
    ['PLAN_TYPE_UNKNOWN', 'type: t3.smal', { offers: { ...offers, types: { 't3.smal': null } } }, 'type'],
    [
      'PLAN_TYPE_UNKNOWN',
      'type: t3.smal, zone: us-east-1b',
      { offers: { ...offers, types: { 't3.smal': null } } },
      'type',
    ],
    [
      'PLAN_ARCHITECTURE_MISMATCH',
      'type: t4g.small',
      { offers: { ...offers, types: { 't4g.small': { architectures: ['arm64'], zones: [...zones] } } } },
      'type',
    ],
    [
      'PLAN_TYPE_NOT_IN_ZONE',
      'type: t3.small, zone: us-east-1c',
      { offers: { ...offers, types: { 't3.small': { ...x86, zones: ['us-east-1a'] } } } },
      'zone',
    ],
    [
      'PLAN_TYPE_NOT_IN_ZONE',
      'type: t3.small, subnet: subnet-0123456789abcde01',
      { subnets, offers: { types: { 't3.small': { ...x86, zones: ['us-east-1a'] } } } },
      'subnet',
    ],
    ['PLAN_ZONE_NOT_FOUND', 'type: t3.small, zone: us-east-1x', {}, 'zone'],
    [
      'PLAN_SUBNET_NOT_FOUND',
      'type: t3.small, zone: us-east-1c',
      { offers: { ...offers, defaultSubnets: defaultSubnets.slice(0, 1) } },
      'zone',
    ],
  ])('%s (%s)', (code, more, changes, ...path) => {
    expect(decide(more, changes).problems).toEqual([problem(code, ...path)])
  })

  it('says where a type is offered', () => {
    const types = { 't3.small': { ...x86, zones: ['us-east-1a', 'us-east-1b'] } }
    const { hints } = decide('type: t3.small, zone: us-east-1c', { offers: { ...offers, types } })
    expect(hints).toContain('us-east-1a, us-east-1b')
  })
})

describe('a live server', () => {
  const more = 'type: t3.small, securityGroups: [web]'
  const text = (own: string) => `${server(own)}securityGroups:\n  web: { description: web tier }\n`
  const group = {
    address: at('securityGroup.web'),
    id: 'sg-1',
    tags: {},
    groupName: 'evenkeel-s-web',
    description: 'web tier',
    vpcId: 'vpc-default',
    ingress: [],
  }
  const live = {
    address: at('server.web'),
    id: 'i-1',
    tags: {},
    state: 'running',
    type: 't3.small',
    imageId: 'ami-0123456789abcdef0',
    architecture: 'x86_64',
    zone: 'us-east-1b',
    subnetId: 'subnet-us-east-1b',
    vpcId: 'vpc-default',
    keyName: 'evenkeel-s-default',
    securityGroupIds: ['sg-1'],
    privateIp: '10.0.0.4',
    publicIp: undefined,
    rootVolume: { id: 'vol-1', sizeGiB: 8, type: 'gp3' },
  } as const
  const problemsOf = (own: string, changes: Partial<LiveStack>) => {
    const world = worldFor(text(own), { zones, servers: [live], securityGroups: [group], ...changes })
    const decision = decideServers(world, new Set()).get(at('server.web'))
    return decision?.problems.filter(({ severity }) => severity === 'error').map(({ code, path }) => ({ code, path }))
  }

  it('stays in its zone, whatever is the first one by now', () => {
    const world = worldFor(text(more), { zones, offers, servers: [live], securityGroups: [group] })
    expect(decideServers(world, new Set()).get(at('server.web'))).toMatchObject({ outlook: { zone: 'us-east-1b' } })
  })

  it('is not moved to a subnet of another network than its group’s', () => {
    const subnets = {
      'subnet-0123456789abcde09': {
        id: 'subnet-0123456789abcde09',
        zone: 'us-east-1a',
        vpcId: 'vpc-other',
        givesPublicIp: true,
      },
    }
    const moved = `${more}, subnet: subnet-0123456789abcde09`
    expect(problemsOf(moved, { subnets, offers })).toEqual([
      { code: 'PLAN_GROUP_IN_OTHER_NETWORK', path: ['securityGroups'] },
    ])
    // In its own network it moves, and a group that is made for the other one goes with it.
    const near = {
      'subnet-0123456789abcde09': {
        id: 'subnet-0123456789abcde09',
        zone: 'us-east-1a',
        vpcId: 'vpc-default',
        givesPublicIp: true,
      },
    }
    expect(problemsOf(moved, { subnets: near, offers })).toEqual([])
    expect(problemsOf(moved, { subnets, offers, securityGroups: [] })).toEqual([])
  })

  it('becomes no type that its image, or its zone, does not have', () => {
    const arm = { 't4g.small': { architectures: ['arm64'], zones: [...zones] } }
    expect(problemsOf('type: t4g.small, securityGroups: [web]', { offers: { types: arm } })).toEqual([
      { code: 'PLAN_ARCHITECTURE_MISMATCH', path: ['type'] },
    ])
    const elsewhere = { 'm5.large': { ...x86, zones: ['us-east-1a'] } }
    expect(problemsOf('type: m5.large, securityGroups: [web]', { offers: { types: elsewhere } })).toEqual([
      { code: 'PLAN_TYPE_NOT_IN_ZONE', path: ['type'] },
    ])
  })
})

it('a group of a server in a subnet and of one without any is of two networks', () => {
  const text = `evenkeel: 1
stack: s
target: { region: us-east-1 }
securityGroups:
  web: { description: web tier }
servers:
  near: { image: ami-0123456789abcdef0, type: t3.small, securityGroups: [web] }
  far: { image: ami-0123456789abcdef0, type: t3.small, subnet: subnet-0123456789abcde01, securityGroups: [web] }
`
  const subnets = {
    'subnet-0123456789abcde01': {
      id: 'subnet-0123456789abcde01',
      zone: 'us-east-1a',
      vpcId: 'vpc-other',
      givesPublicIp: true,
    },
  }
  const world = worldFor(text, { ...emptyLive(specOf(text)), zones, offers, subnets })
  expect(decideSecurityGroups(world, new Set()).get(at('securityGroup.web'))).toMatchObject({
    kind: 'refuse',
    problems: [{ code: 'PLAN_GROUP_IN_TWO_NETWORKS' }],
  })
})
