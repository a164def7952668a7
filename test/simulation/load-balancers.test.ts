import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { balancingBeside, balancingIn } from '../support/balancing.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

interface Choice {
  readonly count?: number
  readonly of?: string
  readonly type?: string
  readonly listeners?: string
  readonly targets?: string
  readonly more?: string
}

const tier = ({ count = 2, of = image, type = 't3.small', listeners = '', targets = '', more = '' }: Choice = {}) =>
  `${bare({ count, of, type })}loadBalancers:
  front: { securityGroups: [edge], targets: { servers: web, port: 8080${targets} }${listeners}${more} }
`
const bare = ({ count = 2, of = image, type = 't3.small' }: Choice = {}) => `evenkeel: 1
stack: tier
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  web: { ingress: [{ port: 8080, from: securityGroup.edge }] }
servers:
  web: { count: ${count}, image: ${of}, type: ${type}, zone: us-east-1a, securityGroups: [web], rolling: { maxUnavailable: 1 } }
`
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

async function failuresOf(applied: ReturnType<Simulation['apply']>) {
  const { result } = await applied
  const failed = result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')
  return result.status === 'converged' ? failed : [result.status, ...failed]
}

/** What there is of load balancers, in what a stack file says. */
async function shapeOf({ client }: Simulation) {
  const balancing = balancingBeside(client)
  const { balancers, groups } = await balancingIn(balancing)
  balancing.destroy()
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB *'] }] }),
  )
  return {
    balancers: balancers.map(({ Scheme, listeners, tags }) => ({
      scheme: Scheme,
      ports: listeners.map(({ Port = 0 }) => Port).toSorted((left, right) => left - right),
      address: tags.find(({ Key }) => Key === 'evenkeel:address')?.Value,
    })),
    groups: groups.map(({ Port, HealthCheckPath, targets, LoadBalancerArns = [] }) => ({
      port: Port,
      path: HealthCheckPath,
      targets: targets.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining').length,
      balancers: LoadBalancerArns.length,
    })),
    interfaces: NetworkInterfaces.length,
  }
}

function expected(text: string | undefined): Awaited<ReturnType<typeof shapeOf>> {
  if (text === undefined || !text.includes('loadBalancers')) return { balancers: [], groups: [], interfaces: 0 }
  const isMore = text.includes('81 }')
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
        port: isMore ? 8081 : 8080,
        path: isMore ? '/well' : '/',
        targets: /count: (\d)/.exec(text) ? Number(/count: (\d)/.exec(text)?.[1]) : 0,
        balancers: 1,
      },
    ],
    interfaces: 2,
  }
}
