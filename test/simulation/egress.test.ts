import {
  AuthorizeSecurityGroupEgressCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { startSimulation, type Simulation } from '../support/simulation.js'

const stack = (egress: string, servers = true) => `evenkeel: 1
stack: narrow
target: sandbox
securityGroups:
  web: { description: web, ingress: [{ port: 22, from: my-ip }]${egress} }
${servers ? `servers:\n  web: { image: ${image}, type: t3.small, zone: us-east-1a, securityGroups: [web] }\n` : ''}`
const https = ', egress: [{ port: 443, to: 0.0.0.0/0 }]'
const httpsText = ['tcp 443-443 0.0.0.0/0']
const everywhere = ['-1 - 0.0.0.0/0']

/** A change, from one stack file to another, and how the ways out stand after it. */
const changes: readonly { name: string; before?: string; after: string; out: readonly string[] }[] = [
  { name: 'the first apply', after: stack(https), out: httpsText },
  { name: 'a group that lets nothing out', after: stack(', egress: []'), out: [] },
  { name: 'a group that is narrowed', before: stack(''), after: stack(https), out: httpsText },
  { name: 'a group that is opened again', before: stack(https), after: stack(''), out: everywhere },
]

describe('a run that narrows what a group lets out, killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 120_000 }, async (change) => {
    let calls = 1
    while (await survivesDeath(change, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(change: (typeof changes)[number], calls: number): Promise<boolean> {
  const { before, after, out } = change
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = await world.kill(after, calls)
    if (before === undefined && (await instancesIn(world)) > 0) expect(waysOut(await groupIn(world))).toEqual(out)
    expect((await world.apply(after)).result.status).toBe('converged')
    expect((await world.plan(after)).steps).toEqual([])
    expect(waysOut(await groupIn(world))).toEqual(out)
    return isDead
  } finally {
    await world.close()
  }
}

async function instancesIn(world: Simulation): Promise<number> {
  const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
  return Reservations.length
}

async function groupIn(world: Simulation): Promise<SecurityGroup | undefined> {
  const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({}))
  return SecurityGroups.find(({ GroupName }) => GroupName !== 'default')
}

function waysOut(group: SecurityGroup | undefined): readonly string[] {
  return (group?.IpPermissionsEgress ?? []).flatMap(
    ({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [] }) =>
      [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].map(
        (to) => `${IpProtocol} ${FromPort ?? ''}-${ToPort ?? ''} ${to}`,
      ),
  )
}

describe.concurrent('what somebody changed by hand', () => {
  const all = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
  const opened = (world: Simulation, GroupId?: string) =>
    world.client.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: all }))
  const closed = (world: Simulation, GroupId?: string) =>
    world.client.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: all }))
  it.each([
    { by: 'opening', text: stack(https, false), hand: opened, out: httpsText },
    { by: 'closing', text: stack('', false), hand: closed, out: everywhere },
  ])('of the ways out is drift, and healed: $by', async ({ text, hand, out }) => {
    const world = await startSimulation()
    try {
      await world.apply(text)
      await hand(world, (await groupIn(world))?.GroupId)
      const { changes: found } = await world.plan(text)
      expect(found.flatMap(({ diffs }) => diffs)).toMatchObject([{ path: 'egress', cause: 'drift' }])
      expect((await world.apply(text)).result.status).toBe('converged')
      expect(waysOut(await groupIn(world))).toEqual(out)
    } finally {
      await world.close()
    }
  })
})

describe.concurrent('a lost response', () => {
  it.each(['AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'])(
    'to %s neither fails the run nor leaves a group wider',
    async (action) => {
      const world = await startSimulation()
      try {
        world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
        expect((await world.apply(stack(https, false))).result.status).toBe('converged')
        expect(waysOut(await groupIn(world))).toEqual(httpsText)
      } finally {
        await world.close()
      }
    },
  )
})
