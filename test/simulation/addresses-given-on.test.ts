import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { compareText } from '../../src/model/address-order.js'
import { image } from '../support/stacks.js'
import { startSimulation, type Simulation } from '../support/simulation.js'

const head = `evenkeel: 1
stack: odd
target: sandbox
networks:
  lab: { cidr: 10.20.0.0/16, subnets: { a: { cidr: 10.20.1.0/24, zone: us-east-1a } } }
securityGroups: { web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] } }
servers:
`
const server = (name: string, ...more: readonly string[]) =>
  `  ${name}: { ${[`image: ${image}, type: t3.medium, subnet: network.lab.a, securityGroups: [web]`, ...more].join(', ')} }\n`
const interfaces = (...written: readonly string[]) => `interfaces: { ${written.join(', ')} }`
const at = (name: string, first: number, ...others: readonly number[]) =>
  `${name}: { subnet: network.lab.a, privateIp: 10.20.1.${first}, secondaryPrivateIps: [${others.map((one) => `10.20.1.${one}`).join(', ')}] }`
const first = (last: number) => `privateIp: 10.20.1.${last}`
const others = (...last: readonly number[]) =>
  `secondaryPrivateIps: [${last.map((one) => `10.20.1.${one}`).join(', ')}]`
const renewed = 'onUserDataChange: replace, userData: "#!/bin/sh"'

/** What has which addresses at last; what is before has another one, or none. */
interface Move {
  readonly name: string
  readonly before: string
  readonly after: string
  readonly outcome: readonly string[]
}

const moves: readonly Move[] = [
  {
    name: 'from an interface of one server to one of another',
    before: server('web', interfaces(at('s', 100))) + server('db'),
    after: server('web') + server('db', interfaces(at('s', 100))),
    outcome: ['interface.db.s 100'],
  },
  {
    name: 'from an interface to one of another name',
    before: server('web', interfaces(at('a', 100))),
    after: server('web', interfaces(at('b', 100))),
    outcome: ['interface.web.b 100'],
  },
  {
    name: 'from one interface of a server to the one before it',
    before: server('web', interfaces(at('a', 100), at('b', 101, 110))),
    after: server('web', interfaces(at('a', 100, 110), at('b', 101))),
    outcome: ['interface.web.a 100 110', 'interface.web.b 101'],
  },
  {
    name: 'between two interfaces of a server, both ways',
    before: server('web', interfaces(at('a', 100, 110), at('b', 101, 111))),
    after: server('web', interfaces(at('a', 100, 111), at('b', 101, 110))),
    outcome: ['interface.web.a 100 111', 'interface.web.b 101 110'],
  },
  {
    name: 'between two interfaces, the first ones both ways',
    before: server('web', interfaces(at('a', 100), at('b', 101))),
    after: server('web', interfaces(at('a', 101), at('b', 100))),
    outcome: ['interface.web.a 101', 'interface.web.b 100'],
  },
  {
    name: 'from a server to an interface of another',
    before: server('web', first(100), others(110)) + server('db', first(101)),
    after: server('web', first(100)) + server('db', first(101), interfaces(at('s', 110))),
    outcome: ['interface.db.s 110', 'server.db 101', 'server.web 100'],
  },
  {
    name: 'from a server that stays to another that stays',
    before: server('web', first(100), others(110)) + server('db', first(101)),
    after: server('web', first(100)) + server('db', first(101), others(110)),
    outcome: ['server.db 101 110', 'server.web 100'],
  },
  {
    name: 'from an interface to a server that is new',
    before: server('web', first(100), interfaces(at('s', 110))),
    after: server('web', first(100)) + server('db', first(110)),
    outcome: ['server.db 110', 'server.web 100'],
  },
  {
    name: 'from an interface to the successor of its server',
    before: server('web', first(100), interfaces(at('s', 110))),
    after: server('web', first(110)),
    outcome: ['server.web 110'],
  },
  {
    name: 'from an interface of a server that is replaced to another one of it',
    before: server('web', first(100), interfaces(at('s', 110, 111), at('t', 120))),
    after: server('web', first(101), renewed, interfaces(at('t', 120, 111))),
    outcome: ['interface.web.t 111 120', 'server.web 101'],
  },
  {
    name: 'from a server that ends to an interface',
    before: server('web', first(100)) + server('db', first(101)),
    after: server('web', first(100), interfaces(at('s', 101))),
    outcome: ['interface.web.s 101', 'server.web 100'],
  },
  {
    name: 'from a server that ends to another',
    before: server('db', first(101)),
    after: server('new', first(101)),
    outcome: ['server.new 101'],
  },
  {
    name: 'between two servers, both ways',
    before: server('web', first(100)) + server('db', first(101)),
    after: server('web', first(101)) + server('db', first(100)),
    outcome: ['server.db 100', 'server.web 101'],
  },
  {
    name: 'around three servers with further ones',
    before: server('a', first(100), others(110)) + server('b', first(101), others(111)) + server('c', first(102)),
    after: server('a', first(101), others(111)) + server('b', first(102)) + server('c', first(100), others(110)),
    outcome: ['server.a 101 111', 'server.b 102', 'server.c 100 110'],
  },
]

describe('a private address that goes', () => {
  it.concurrent.each(moves)('$name has gone there in one apply', { timeout: 60_000 }, async (move) => {
    const world = await startSimulation()
    try {
      expect((await world.apply(head + move.before)).result.status).toBe('converged')
      const { result } = await world.apply(head + move.after)
      expect([...result.outcomes].filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
      expect(result.status).toBe('converged')
      await expectMoved(world, move)
    } finally {
      await world.close()
    }
  })

  const cut = moves.filter(({ name }) => /of another$|both ways|of its server/.test(name))
  it.concurrent.each(cut)(
    '$name gets there when the run is killed after each of its calls',
    { timeout: 300_000 },
    async (move) => {
      let calls = 1
      while (await survivesDeath(move, calls)) calls += 1
      expect(calls).toBeGreaterThan(2)
    },
  )
})

async function survivesDeath(move: Move, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    await world.apply(head + move.before)
    const isDead = await world.kill(head + move.after, calls)
    expect({ calls, status: (await world.apply(head + move.after)).result.status }).toEqual({
      calls,
      status: 'converged',
    })
    await expectMoved(world, move)
    return isDead
  } finally {
    await world.close()
  }
}

/** Addresses from 100 on are those of the file. */
async function expectMoved(world: Simulation, { after, outcome }: Move): Promise<void> {
  const { servers, interfaces: own = [] } = await world.observe(head + after)
  const names = new Map<string | undefined, string>(servers.map(({ id, address }) => [id, address]))
  for (const { id, address, instanceId } of own) {
    names.set(id, address)
    expect(names.has(instanceId)).toBe(true)
  }
  const { NetworkInterfaces = [] } = await world.client.send(new DescribeNetworkInterfacesCommand({}))
  const found = NetworkInterfaces.filter(({ Status }) => Status !== 'detaching').map(
    ({ NetworkInterfaceId, Attachment, PrivateIpAddresses = [] }) => {
      const last = PrivateIpAddresses.map(({ PrivateIpAddress = '' }) => Number(PrivateIpAddress.split('.')[3]))
      const holder = names.get(NetworkInterfaceId) ?? names.get(Attachment?.InstanceId) ?? 'nobody'
      return [holder, ...last.filter((one) => one >= 100).toSorted((left, right) => left - right)]
    },
  )
  expect(
    found
      .filter(({ length }) => length > 1)
      .map((one) => one.join(' '))
      .toSorted(compareText),
  ).toEqual(outcome)
  expect((await world.plan(head + after)).steps).toEqual([])
}
