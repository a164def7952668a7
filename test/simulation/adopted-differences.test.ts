import {
  AuthorizeSecurityGroupIngressCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { policyFor } from '../support/policy-life.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { failuresOf } from '../support/tier.js'

const simulation = simulationsOfFile()

const opened = (port: number): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  IpRanges: [{ CidrIp: '192.0.2.0/24' }],
})

/** A group that somebody made by hand, with a door of his own. */
async function handMade({ client }: Simulation): Promise<string> {
  const { GroupId = '' } = await client.send(
    new CreateSecurityGroupCommand({ GroupName: 'theirs', Description: 'doors' }),
  )
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [opened(9)] }))
  return GroupId
}

async function groupOf({ client }: Simulation, id: string) {
  const { SecurityGroups = [] } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }))
  const { IpPermissions = [], IpPermissionsEgress = [], Tags = [] } = SecurityGroups[0] ?? {}
  const ports = (permissions: readonly IpPermission[]) => permissions.map(({ FromPort = 0 }) => FromPort)
  const owner = Tags.find(({ Key }) => Key === 'evenkeel:stack')?.Value
  return { ingress: ports(IpPermissions), egress: ports(IpPermissionsEgress), owner }
}

const adopting = (id: string) => `evenkeel: 1
stack: adopting
target: sandbox
securityGroups:
  web: { groupId: ${id}, description: doors, ingress: [{ port: 80, from: 0.0.0.0/0 }], egress: [{ port: 443, to: 0.0.0.0/0 }] }
`

describe('what is adopted with differences', () => {
  it.each([
    { name: 'whoever may do everything', isLeast: false },
    { name: 'who has the policy that iam-policy prints', isLeast: true },
  ])('is a security group whose rules become the file’s in the same apply, by $name', async ({ isLeast }) => {
    const world = await simulation()
    const id = await handMade(world)
    const text = adopting(id)
    if (isLeast) world.setPolicy(policyFor(text))
    expect((await world.plan(text)).changes).toMatchObject([{ address: 'securityGroup.web', kind: 'adopt' }])
    expect(await failuresOf(world.apply(text))).toEqual([])
    expect((await world.plan(text)).steps).toEqual([])
    expect(await groupOf(world, id)).toEqual({ ingress: [80], egress: [443], owner: 'adopting' })
  })

  it('is finished by the next run, wherever the first was killed', async () => {
    for (let calls = 1, isDead = true; isDead; calls += 1) {
      const world = await simulation()
      const id = await handMade(world)
      isDead = await world.kill(adopting(id), calls)
      expect([calls, await failuresOf(world.apply(adopting(id)))]).toEqual([calls, []])
      expect([calls, (await world.plan(adopting(id))).steps]).toEqual([calls, []])
    }
  })

  it('is a key pair whose tags become the file’s: nothing else of it can be changed', async () => {
    const world = await simulation()
    const { KeyPairId = '' } = await world.client.send(new CreateKeyPairCommand({ KeyName: 'theirs' }))
    const text = `evenkeel: 1
stack: adopting
target: sandbox
keyPairs: { ops: { keyPairId: ${KeyPairId}, tags: { team: music } } }
`
    world.setPolicy(policyFor(text))
    const { plan, result } = await world.apply(text)
    expect(plan.changes).toMatchObject([{ address: 'keyPair.ops', kind: 'adopt' }])
    expect(result.status).toBe('converged')
    expect((await world.plan(text)).steps).toEqual([])
    world.setPolicy(undefined)
    const { KeyPairs = [] } = await world.client.send(new DescribeKeyPairsCommand({ KeyPairIds: [KeyPairId] }))
    expect(KeyPairs[0]?.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'team', Value: 'music' },
        { Key: 'evenkeel:stack', Value: 'adopting' },
      ]),
    )
  })
})
