import {
  DescribeInstancesCommand,
  ModifyInstanceAttributeCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const stack = (more = '') =>
  `evenkeel: 1\nstack: odd\ntarget: sandbox\nservers:\n  web: { image: ${image}, type: t3.medium, zone: us-east-1a${more && `, ${more}`} }\n`

/** Addresses far into the sandbox's first default subnet. */
const base = '10.66.7'
const first = `privateIp: ${base}.10`
const all = `${first}, secondaryPrivateIps: [${base}.11, ${base}.12], sourceDestCheck: false`
const others = `${first}, secondaryPrivateIps: [${base}.12, ${base}.13], sourceDestCheck: true`

async function instanceOf({ client }: Simulation) {
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }),
  )
  return Reservations.flatMap(({ Instances = [] }) => Instances)[0]
}

async function addressesIn(simulation: Simulation) {
  const instance = await instanceOf(simulation)
  const [nic] = instance?.NetworkInterfaces ?? []
  return {
    first: nic?.PrivateIpAddress,
    others: (nic?.PrivateIpAddresses ?? [])
      .flatMap(({ Primary, PrivateIpAddress }) => (Primary || !PrivateIpAddress ? [] : [PrivateIpAddress]))
      .sort((left, right) => (left < right ? -1 : 1)),
    check: nic?.SourceDestCheck,
  }
}

const changes: readonly { name: string; before?: string; after?: string; outcome?: object }[] = [
  {
    name: 'the first apply',
    after: stack(all),
    outcome: { first: `${base}.10`, others: [`${base}.11`, `${base}.12`], check: false },
  },
  {
    name: 'other ones',
    before: stack(all),
    after: stack(others),
    outcome: { first: `${base}.10`, others: [`${base}.12`, `${base}.13`], check: true },
  },
  {
    name: 'another first one, by replacement',
    before: stack(all),
    after: stack(all.replace(`${base}.10`, `${base}.20`)),
    outcome: { first: `${base}.20`, others: [`${base}.11`, `${base}.12`], check: false },
  },
  {
    name: 'a replacement that keeps them',
    before: stack(all),
    after: stack(all).replace('t3.medium,', 't3.medium, onUserDataChange: replace, userData: "#!/bin/sh",'),
    outcome: { first: `${base}.10`, others: [`${base}.11`, `${base}.12`], check: false },
  },
  { name: 'their end', before: stack(all), after: stack(first), outcome: { others: [], check: true } },
  { name: 'the end of everything', before: stack(all) },
]

describe('a run that changes the addresses of a server and is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 240_000 }, async (change) => {
    let calls = 1
    while (await survivesDeath(change, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

async function survivesDeath({ before, after, outcome }: (typeof changes)[number], calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = after === undefined ? await world.killDestroy(stack(), calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(stack()) : await world.apply(after)
    expect(result.status).toBe('converged')
    expect((await world.census()).instances).toHaveLength(after === undefined ? 0 : 1)
    if (after !== undefined) {
      expect((await world.plan(after)).steps).toEqual([])
      expect(await addressesIn(world)).toMatchObject(outcome ?? {})
    }
    return isDead
  } finally {
    await world.close()
  }
}

const simulation = simulationsOfFile()

describe('the addresses of a server', () => {
  it('that somebody took away, and a check that somebody switched on, are drift, and healed', async () => {
    const world = await simulation()
    await world.apply(stack(all))
    const { InstanceId, NetworkInterfaces: [nic] = [] } = (await instanceOf(world))!
    const { NetworkInterfaceId } = nic!
    await world.client.send(
      new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [`${base}.11`] }),
    )
    await world.client.send(new ModifyInstanceAttributeCommand({ InstanceId, SourceDestCheck: { Value: true } }))
    const plan = await world.plan(stack(all))
    expect(plan.changes.find(({ address }) => address === 'server.web')?.diffs).toMatchObject([
      { path: 'secondaryPrivateIps', before: [`${base}.12`], cause: 'drift' },
      { path: 'sourceDestCheck', before: true, after: false, cause: 'drift' },
    ])
    expect((await world.apply(stack(all))).result.status).toBe('converged')
    expect(await addressesIn(world)).toEqual(changes[0]?.outcome)
    expect((await world.plan(stack(all))).steps).toEqual([])
  })

  it('go to the members of a count in the order of the list, and another one of a member replaces that alone', async () => {
    const world = await simulation()
    const counted = (...addresses: readonly string[]) => stack(`count: 2, privateIp: [${addresses.join(', ')}]`)
    await world.apply(counted(`${base}.30`, `${base}.31`))
    const { servers } = await world.observe(counted(`${base}.30`, `${base}.31`))
    expect(servers.map(({ privateIp }) => privateIp)).toEqual([`${base}.30`, `${base}.31`])
    const plan = await world.plan(counted(`${base}.30`, `${base}.32`))
    expect(plan.changes.filter(({ kind }) => kind !== 'none')).toMatchObject([
      {
        address: 'server.web[1]',
        kind: 'replace',
        reason: expect.stringContaining("an instance's private address is fixed at launch"),
      },
    ])
  })

  it('stay when a replacement keeps them: the old server ends first, and the plan says why', async () => {
    const world = await simulation()
    await world.apply(stack(all))
    const replaced = await world.plan(stack(all), { replace: ['server.web' as never] })
    expect(replaced.changes.find(({ address }) => address === 'server.web')?.reason).toMatch(
      /the old one ends first, because/,
    )
  })
})
