import {
  AttachNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  DetachNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RunInstancesCommand,
  UnassignPrivateIpAddressesCommand,
  type NetworkInterface,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { compareText } from '../../src/model/address-order.js'
import { image } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const head = `evenkeel: 1
stack: odd
target: sandbox
networks:
  lab: { cidr: 10.20.0.0/16, subnets: { a: { cidr: 10.20.1.0/24, zone: us-east-1a }, b: { cidr: 10.20.2.0/24, zone: us-east-1a } } }
securityGroups:
  web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] }
  inside: { network: lab, ingress: [{ port: 2049, from: 10.20.0.0/16 }] }
`
const server = (more: string) =>
  `servers:\n  web: { image: ${image}, type: t3.medium, subnet: network.lab.a, securityGroups: [web], ${more} }\n`
const interfaces = (...written: readonly string[]) => `interfaces: { ${written.join(', ')} }`

const storage =
  'storage: { subnet: network.lab.b, privateIp: 10.20.2.10, secondaryPrivateIps: [10.20.2.11, 10.20.2.12] }'
const other =
  'storage: { subnet: network.lab.b, privateIp: 10.20.2.10, secondaryPrivateIps: [10.20.2.12, 10.20.2.13], securityGroups: [inside, web], sourceDestCheck: false }'
const moved = 'storage: { subnet: network.lab.a, privateIp: 10.20.1.10 }'
const control = 'control: { subnet: network.lab.a }'

const plain = head + server('state: running')
const both = head + server(interfaces(storage, control))
const one = head + server(interfaces(storage))

/** What is the stack's, by its address. */
async function found({ client }: Simulation): Promise<Readonly<Record<string, NetworkInterface>>> {
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'tag:evenkeel:stack', Values: ['odd'] }] }),
  )
  const addresses = NetworkInterfaces.map(
    ({ TagSet = [] }) => TagSet.find(({ Key }) => Key === 'evenkeel:address')?.Value ?? '',
  )
  expect(new Set(addresses).size).toBe(addresses.length)
  return Object.fromEntries(NetworkInterfaces.map((nic, index) => [addresses[index] ?? '', nic]))
}

async function instanceIds({ client }: Simulation) {
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({
      Filters: [{ Name: 'instance-state-name', Values: ['running', 'pending', 'stopping', 'stopped'] }],
    }),
  )
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId))
}

async function groupNames({ client }: Simulation, { Groups = [] }: NetworkInterface) {
  const GroupIds = Groups.map(({ GroupId = '' }) => GroupId)
  const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds }))
  return SecurityGroups.map(
    ({ Tags = [] }) => Tags.find(({ Key }) => Key === 'evenkeel:address')?.Value ?? '',
  ).toSorted(compareText)
}

async function facts(world: Simulation) {
  const [instance] = await instanceIds(world)
  const all = await found(world)
  const told: Record<string, object> = {}
  for (const [address, nic] of Object.entries(all)) {
    expect(nic.Attachment?.InstanceId).toBe(instance)
    expect(nic.Attachment?.DeleteOnTermination).toBe(false)
    told[address.split('.').slice(2).join('.')] = {
      first: nic.PrivateIpAddress?.replace(/\.\d+$/u, nic.PrivateIpAddress.endsWith('.10') ? '.10' : '.x'),
      others: (nic.PrivateIpAddresses ?? [])
        .flatMap(({ Primary, PrivateIpAddress }) => (Primary || !PrivateIpAddress ? [] : [PrivateIpAddress]))
        .sort(),
      groups: await groupNames(world, nic),
      check: nic.SourceDestCheck,
    }
  }
  return told
}

const storageFacts = {
  first: '10.20.2.10',
  others: ['10.20.2.11', '10.20.2.12'],
  groups: ['securityGroup.web'],
  check: true,
}
const controlFacts = { first: '10.20.1.x', others: [], groups: ['securityGroup.web'], check: true }
const replacing = (text: string) =>
  text.replace('type: t3.medium,', 'type: t3.medium, onUserDataChange: replace, userData: "#!/bin/sh",')

const changes: readonly {
  name: string
  before?: string
  after?: string
  outcome?: object
  keeps?: readonly string[]
}[] = [
  { name: 'the first apply', after: both, outcome: { storage: storageFacts, control: controlFacts } },
  {
    name: 'one more of a server that stands',
    before: one,
    after: both,
    outcome: { storage: storageFacts, control: controlFacts },
    keeps: ['storage'],
  },
  {
    name: 'other addresses, groups and check',
    before: one,
    after: head + server(interfaces(other)),
    outcome: {
      storage: {
        first: '10.20.2.10',
        others: ['10.20.2.12', '10.20.2.13'],
        groups: ['securityGroup.inside', 'securityGroup.web'],
        check: false,
      },
    },
    keeps: ['storage'],
  },
  {
    name: 'another subnet, by replacement',
    before: one,
    after: head + server(interfaces(moved)),
    outcome: { storage: { ...storageFacts, first: '10.20.1.10', others: [] } },
  },
  {
    name: 'the replacement of its server',
    before: both,
    after: replacing(both),
    outcome: { storage: storageFacts, control: controlFacts },
    keeps: ['storage', 'control'],
  },
  {
    name: 'the replacement of its server, the old one first',
    before: one,
    after: replacing(one).replace('type: t3.medium,', 'type: t3.medium, replace: terminate-first,'),
    outcome: { storage: storageFacts },
    keeps: ['storage'],
  },
  { name: 'the end of one', before: both, after: one, outcome: { storage: storageFacts }, keeps: ['storage'] },
  { name: 'the end of all', before: both, after: plain, outcome: {} },
  { name: 'the end of their server', before: both, after: head, outcome: {} },
  { name: 'the end of everything', before: both },
]

describe('a run that changes the interfaces of a server and is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 300_000 }, async (change) => {
    let calls = 1
    while (await survivesDeath(change, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

const idsIn = async (world: Simulation) =>
  Object.fromEntries(
    Object.entries(await found(world)).map(([address, nic]) => [address.split('.')[2] ?? '', nic.NetworkInterfaceId]),
  )

async function survivesDeath(
  { before, after, outcome, keeps = [] }: (typeof changes)[number],
  calls: number,
): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result).toMatchObject({ status: 'converged' })
    const first = await idsIn(world)
    const isDead = after === undefined ? await world.killDestroy(head, calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(head) : await world.apply(after)
    expect({
      calls,
      outcomes: [...result.outcomes].filter(({ outcome: { kind } }) => kind !== 'done' && kind !== 'unchanged'),
    }).toEqual({ calls, outcomes: [] })
    expect(result.status).toBe('converged')
    expect(await instanceIds(world)).toHaveLength(after === undefined || after === head ? 0 : 1)
    if (after === undefined) expect(await found(world)).toEqual({})
    else {
      expect((await world.plan(after)).steps).toEqual([])
      expect(await facts(world)).toEqual(outcome)
      const last = await idsIn(world)
      for (const name of keeps) expect(last[name]).toBe(first[name])
    }
    return isDead
  } finally {
    await world.close()
  }
}

describe('a lost answer to a call about an interface', () => {
  const lost: readonly { action: string; before?: string; after: string; outcome: object }[] = [
    { action: 'CreateNetworkInterface', after: both, outcome: { storage: storageFacts, control: controlFacts } },
    { action: 'AttachNetworkInterface', after: both, outcome: { storage: storageFacts, control: controlFacts } },
    { action: 'AssignPrivateIpAddresses', after: one, outcome: { storage: storageFacts } },
    {
      action: 'UnassignPrivateIpAddresses',
      before: one.replace('.11, 10.20.2.12', '.13'),
      after: one,
      outcome: { storage: storageFacts },
    },
    { action: 'DetachNetworkInterface', before: one, after: replacing(one), outcome: { storage: storageFacts } },
    { action: 'DetachNetworkInterface', before: both, after: one, outcome: { storage: storageFacts } },
    { action: 'DeleteNetworkInterface', before: both, after: one, outcome: { storage: storageFacts } },
  ]
  it.concurrent.each(lost)(
    'to $action makes nothing twice, and leaves nothing',
    async ({ action, before, after, outcome }) => {
      const world = await startSimulation()
      try {
        if (before !== undefined) await world.apply(before)
        world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
        const requests = await world.requestsDuring(async () =>
          expect((await world.apply(after)).result.status).toBe('converged'),
        )
        expect(requests.map((request) => request.action)).toContain(action)
        expect(await facts(world)).toEqual(outcome)
        expect((await world.plan(after)).steps).toEqual([])
      } finally {
        await world.close()
      }
    },
  )
})

const simulation = simulationsOfFile()

describe('an interface', () => {
  const byHand: readonly {
    name: string
    what: (world: Simulation, nic: NetworkInterface) => Promise<unknown>
    diff: object
    kind?: string
  }[] = [
    {
      name: 'detached',
      what: ({ client }, { Attachment }) =>
        client.send(new DetachNetworkInterfaceCommand({ AttachmentId: Attachment?.AttachmentId })),
      diff: { path: 'attachment', before: null, after: 'server.web', cause: 'drift' },
    },
    {
      name: 'with other groups',
      what: async ({ client }, { NetworkInterfaceId, VpcId = '' }) => {
        const { SecurityGroups = [] } = await client.send(
          new DescribeSecurityGroupsCommand({
            Filters: [
              { Name: 'vpc-id', Values: [VpcId] },
              { Name: 'group-name', Values: ['default'] },
            ],
          }),
        )
        const Groups = SecurityGroups.map(({ GroupId = '' }) => GroupId)
        await client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }))
      },
      diff: { path: 'securityGroups', after: ['securityGroup.web'], cause: 'drift' },
    },
    {
      name: 'without one of its addresses',
      what: ({ client }, { NetworkInterfaceId }) =>
        client.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: ['10.20.2.11'] })),
      diff: {
        path: 'secondaryPrivateIps',
        before: ['10.20.2.12'],
        after: ['10.20.2.11', '10.20.2.12'],
        cause: 'drift',
      },
    },
    {
      name: 'that passes on what is not its own',
      what: ({ client }, { NetworkInterfaceId }) =>
        client.send(
          new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck: { Value: false } }),
        ),
      diff: { path: 'sourceDestCheck', before: false, after: true, cause: 'drift' },
    },
    {
      name: 'to end with its instance',
      what: ({ client }, { NetworkInterfaceId, Attachment }) => {
        const told = { AttachmentId: Attachment?.AttachmentId, DeleteOnTermination: true }
        return client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attachment: told }))
      },
      diff: { path: 'deleteOnTermination', before: true, after: false, cause: 'drift' },
    },
    {
      name: 'deleted',
      what: async (world, { NetworkInterfaceId, Attachment }) => {
        await world.client.send(new DetachNetworkInterfaceCommand({ AttachmentId: Attachment?.AttachmentId }))
        for (let tries = 0; (await found(world))['interface.web.storage']?.Status !== 'available'; tries += 1) {
          expect(tries).toBeLessThan(50)
          await world.clock.sleep(500)
        }
        await world.client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))
      },
      diff: { path: 'exists', cause: 'drift' },
      kind: 'create',
    },
  ]
  it.each(byHand)('$name by hand is drift, and healed', async ({ what, diff, kind = 'update' }) => {
    const world = await simulation()
    await world.apply(both)
    await what(world, (await found(world))['interface.web.storage']!)
    const plan = await world.plan(both)
    const changed = plan.changes.filter((change) => change.kind !== 'none')
    expect(changed).toMatchObject([{ address: 'interface.web.storage', kind }])
    expect(changed[0]?.diffs).toEqual(expect.arrayContaining([expect.objectContaining(diff)]))
    expect((await world.apply(both)).result.status).toBe('converged')
    expect(await facts(world)).toEqual({ storage: storageFacts, control: controlFacts })
    expect((await world.plan(both)).steps).toEqual([])
  })

  it('moves to the successor of its server, with its id and its addresses', async () => {
    const world = await simulation()
    await world.apply(one)
    const before = (await found(world))['interface.web.storage']
    const { plan, result } = await world.apply(replacing(one))
    expect(result.status).toBe('converged')
    expect(plan.changes.map(({ address, kind }) => `${kind} ${address}`)).toEqual(
      expect.arrayContaining(['replace server.web', 'update interface.web.storage']),
    )
    const after = (await found(world))['interface.web.storage']
    expect(after?.NetworkInterfaceId).toBe(before?.NetworkInterfaceId)
    expect(after?.Attachment?.InstanceId).not.toBe(before?.Attachment?.InstanceId)
    expect(await facts(world)).toEqual({ storage: storageFacts })
  })

  it('of each member of a count has its own address, and goes with the member', async () => {
    const world = await simulation()
    const counted = (count: number) => {
      const list = Array.from({ length: count }, (_, index) => `10.20.2.${20 + index}`).join(', ')
      return head + server(`count: ${count}, ${interfaces(`storage: { subnet: network.lab.b, privateIp: [${list}] }`)}`)
    }
    await world.apply(counted(2))
    const addresses = async () =>
      Object.entries(await found(world))
        .map(([address, { PrivateIpAddress }]) => `${address} ${PrivateIpAddress}`)
        .toSorted(compareText)
    expect(await addresses()).toEqual(['interface.web.storage[0] 10.20.2.20', 'interface.web.storage[1] 10.20.2.21'])
    expect((await world.plan(counted(2))).steps).toEqual([])
    expect((await world.apply(counted(1))).result.status).toBe('converged')
    expect(await addresses()).toEqual(['interface.web.storage[0] 10.20.2.20'])
  })

  it('that somebody attached to an instance of their own is refused, and stays there', async () => {
    const world = await simulation()
    await world.apply(one)
    const { SubnetId, NetworkInterfaceId, Attachment } = (await found(world))['interface.web.storage']!
    const { Instances = [] } = await world.client.send(
      new RunInstancesCommand({
        ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
        InstanceType: 't3.small',
        SubnetId,
        MinCount: 1,
        MaxCount: 1,
      }),
    )
    await world.client.send(new DetachNetworkInterfaceCommand({ AttachmentId: Attachment?.AttachmentId }))
    const InstanceId = Instances[0]?.InstanceId
    for (let tries = 0; ; tries += 1) {
      try {
        const DeviceIndex = 1
        await world.client.send(new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId, DeviceIndex }))
        break
      } catch (error) {
        if (tries > 50) throw error
        await world.clock.sleep(500)
      }
    }
    const plan = await world.plan(one)
    expect(plan.problems.map(({ code }) => code)).toEqual(['PLAN_FOREIGN_ASSOCIATION'])
    expect((await world.plan(plain)).problems.map(({ code }) => code)).toEqual(['PLAN_FOREIGN_ASSOCIATION'])
    await world.apply(one)
    expect((await found(world))['interface.web.storage']?.Attachment?.InstanceId).toBe(InstanceId)
  })

  const emptied = 'evenkeel: 1\nstack: odd\ntarget: sandbox\n'
  it.each([
    ['attached', () => Promise.resolve()],
    [
      'attached to nothing any more',
      ({ client }: Simulation, { Attachment }: NetworkInterface) =>
        client.send(new DetachNetworkInterfaceCommand({ AttachmentId: Attachment?.AttachmentId })),
    ],
  ])('goes with the network that it is in, %s', async (_name, before) => {
    const world = await simulation()
    await world.apply(one)
    const nic = (await found(world))['interface.web.storage']!
    await before(world, nic)
    // What is in the way is looked for where the file does not have the network any more.
    const { plan, result } = await world.apply(emptied)
    expect(plan.problems).toEqual([])
    expect(result.status).toBe('converged')
    expect(await found(world)).toEqual({})
    const { Vpcs = [] } = await world.client.send(new DescribeVpcsCommand({}))
    expect(Vpcs.map((vpc) => vpc.VpcId)).not.toContain(nic.VpcId)
  })

  it('goes with the subnet that it leaves', async () => {
    const world = await simulation()
    await world.apply(one)
    const after = one.replace(/, b: \{[^}]*\}/u, '').replace(storage, moved)
    const { plan, result } = await world.apply(after)
    expect(plan.problems).toEqual([])
    expect(result.status).toBe('converged')
    expect(await facts(world)).toEqual({ storage: { ...storageFacts, first: '10.20.1.10', others: [] } })
    expect((await world.plan(after)).steps).toEqual([])
  })

  it('that was deleted since the plan was made is told, and nothing is made without tags', async () => {
    const world = await simulation()
    await world.apply(one)
    const plan = await world.plan(head + server(interfaces(other)))
    const { NetworkInterfaceId, Attachment } = (await found(world))['interface.web.storage']!
    await world.client.send(new DetachNetworkInterfaceCommand({ AttachmentId: Attachment?.AttachmentId }))
    await world.client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))
    const { outcomes } = await world.carryOut(plan)
    const failed = outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
    expect(failed).toEqual(['EC2_NOT_FOUND'])
    expect(await found(world)).toEqual({})
  })
})
