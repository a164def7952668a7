import { describe, expect, it } from 'vitest'
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { startSimulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { bare, failuresOf, shapeOf, tier } from '../support/tier.js'

const newer = image.replace('12', '13')

/** A change, from one stack file to another; `undefined`: everything goes. */
const changes: readonly { name: string; before?: string; after?: string }[] = [
  { name: 'the first apply', after: tier() },
  { name: 'a balancer for servers that stand', before: bare(), after: tier() },
  {
    name: 'another port, other listeners, checks and tags',
    before: tier(),
    after: tier({
      listeners: ', listeners: [{ port: 80 }, { port: 81 }], tags: { team: music }',
      targets: ', health: { path: /well, interval: 10 }, drainSeconds: 5',
    }).replace('web, port: 8080', 'web, port: 8081'),
  },
  {
    name: 'another port alone',
    before: tier(),
    after: tier().replace('web, port: 8080', 'web, port: 8081'),
  },
  { name: 'more members', before: tier(), after: tier({ count: 3 }) },
  { name: 'fewer members', before: tier({ count: 3 }), after: tier() },
  { name: 'another type, one by one', before: tier(), after: tier({ type: 't3.medium' }) },
  { name: 'another image, one by one', before: tier(), after: tier({ of: newer }) },
  { name: 'another scheme', before: tier(), after: tier({ more: ', internal: true' }) },
  {
    name: 'another name',
    before: tier(),
    after: `${tier().replace('front:', 'gate:')}moved: [{ from: loadBalancer.front, to: loadBalancer.gate }]\n`,
  },
  { name: 'the end of the balancer', before: tier(), after: bare() },
  { name: 'the end of everything', before: tier() },
]

describe('a run with load balancers that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 300_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect(await failuresOf(world.apply(before))).toEqual([])
    const isDead = after === undefined ? await world.killDestroy(tier(), calls) : await world.kill(after, calls)
    expect(await failuresOf(after === undefined ? world.destroy(tier()) : world.apply(after))).toEqual([])
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    expect(await shapeOf(world)).toEqual(expected(after))
    return isDead
  } finally {
    await world.close()
  }
}

function expected(text: string | undefined): Awaited<ReturnType<typeof shapeOf>> {
  if (text === undefined || !text.includes('loadBalancers')) return { balancers: [], groups: [], interfaces: 0 }
  const isMore = text.includes('port: 81 }')
  const isElsewhere = text.includes('port: 8081')
  const name = text.includes('gate:') ? 'gate' : 'front'
  return {
    balancers: [
      {
        scheme: text.includes('internal') ? 'internal' : 'internet-facing',
        ports: isMore ? [80, 81] : [80],
        address: `loadBalancer.${name}`,
      },
    ],
    groups: [
      {
        port: isElsewhere ? 8081 : 8080,
        path: isMore ? '/well' : '/',
        targets: /count: (\d)/.exec(text) ? Number(/count: (\d)/.exec(text)?.[1]) : 0,
        balancers: 1,
      },
    ],
    interfaces: 2,
  }
}

describe('a load balancer in a network that the plan makes', () => {
  const own = (more = '') => `evenkeel: 1
stack: tier
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1b, public: true }
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
servers:
  web: { count: 2, image: ${image}, type: t3.small, subnet: network.lab.a }
loadBalancers:
  front: { subnets: [network.lab.a, network.lab.b], securityGroups: [edge], targets: { servers: web, port: 8080 }${more} }
`
  it.concurrent.each(['create', 'remove', 'destroy'] as const)(
    'is finished by the next run, wherever it was killed: %s',
    { timeout: 300_000 },
    async (work) => {
      const without = `evenkeel: 1
stack: tier
target: sandbox
securityGroups: { door: { ingress: [{ port: 22, from: my-ip }] } }
servers: { other: { image: ${image}, type: t3.small, zone: us-east-1a, securityGroups: [door] } }
`
      for (let calls = 1, isDead = true; isDead; calls += 1) {
        const world = await startSimulation()
        try {
          if (work !== 'create') expect(await failuresOf(world.apply(own()))).toEqual([])
          const after = work === 'create' ? own() : without
          isDead = work === 'destroy' ? await world.killDestroy(own(), calls) : await world.kill(after, calls)
          expect(await failuresOf(work === 'destroy' ? world.destroy(own()) : world.apply(after))).toEqual([])
          if (work !== 'destroy') expect((await world.plan(after)).steps).toEqual([])
          const { balancers, interfaces } = await shapeOf(world)
          expect([balancers.length, interfaces]).toEqual(work === 'create' ? [1, 2] : [0, 0])
          const { Vpcs = [] } = await world.client.send(new DescribeVpcsCommand({}))
          expect(Vpcs).toHaveLength(work === 'create' ? 2 : 1)
        } finally {
          await world.close()
        }
      }
    },
  )
})
