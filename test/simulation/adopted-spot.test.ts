import {
  CreateKeyPairCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { policyFor } from '../support/policy-life.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'

const start = simulationsOfFile()
const debian = '/aws/service/debian/release/12/latest/amd64'

/** A persistent spot instance that somebody launched by hand. */
async function launched({ client }: Simulation): Promise<string> {
  await client.send(new CreateKeyPairCommand({ KeyName: 'theirs' }))
  const { Instances } = await client.send(
    new RunInstancesCommand({
      ImageId: `resolve:ssm:${debian}`,
      KeyName: 'theirs',
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      Placement: { AvailabilityZone: 'us-east-1a' },
      InstanceMarketOptions: {
        MarketType: 'spot',
        SpotOptions: { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop', MaxPrice: '0.5' },
      },
    }),
  )
  return Instances?.[0]?.InstanceId ?? ''
}

const adopting = (id: string, more = '') => `evenkeel: 1
stack: adopting
target: sandbox
servers:
  web: { instanceId: ${id}, image: { ssm: ${debian} }, keyPair: { name: theirs }, type: t3.small, zone: us-east-1a, spot: { maxPrice: 0.5, interruption: stop }${more} }
`

async function requestOf({ client }: Simulation) {
  const { SpotInstanceRequests = [] } = await client.send(new DescribeSpotInstanceRequestsCommand({}))
  expect(SpotInstanceRequests).toHaveLength(1)
  return SpotInstanceRequests[0] ?? {}
}

async function livingInstances({ client }: Simulation): Promise<number> {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances).filter(({ State }) => State?.Name === 'running').length
}

function failures({ result }: Awaited<ReturnType<Simulation['apply']>>): readonly string[] {
  return result.outcomes.flatMap(({ stepId, outcome }) =>
    outcome.kind === 'failed' ? `${stepId}: ${outcome.error.message}` : [],
  )
}

const owned = { Key: 'evenkeel:stack', Value: 'adopting' }

describe.concurrent('a persistent spot instance that is adopted, under the policy that iam-policy prints', () => {
  it('brings its request along, and ends with it', async () => {
    const world = await start({ clock: 'system' })
    const text = adopting(await launched(world))
    world.setPolicy(policyFor(text))
    const adopted = await world.apply(text)
    expect(failures(adopted)).toEqual([])
    const change = adopted.plan.changes.find(({ address }) => address === 'server.web')
    expect(change).toMatchObject({ kind: 'adopt' })
    expect(change?.diffs).toContainEqual(
      expect.objectContaining({ path: 'spot.request', before: null, cause: 'pending' }),
    )
    expect((await requestOf(world)).Tags).toContainEqual(owned)
    expect((await world.apply(text)).plan.steps).toEqual([])

    const destroyed = await world.destroy(text)
    expect(failures(destroyed)).toEqual([])
    expect((await requestOf(world)).State).toBe('cancelled')
    expect(await livingInstances(world)).toBe(0)
  })

  it('has drifted while its request is without its tags, and is cancelled all the same', async () => {
    const world = await start({ clock: 'system' })
    const text = adopting(await launched(world))
    await world.apply(text)
    const { SpotInstanceRequestId = '' } = await requestOf(world)
    const untag = () =>
      world.client.send(new DeleteTagsCommand({ Resources: [SpotInstanceRequestId], Tags: [{ Key: owned.Key }] }))
    await untag()
    world.setPolicy(policyFor(text))
    const drift = driftOf(world.planFrom(await world.observe(text), text))
    expect(drift.drifted.map(({ address, diffs }) => [address, diffs.map(({ path }) => path)])).toEqual([
      ['server.web', ['spot.request']],
    ])
    expect(failures(await world.apply(text))).toEqual([])
    expect((await requestOf(world)).Tags).toContainEqual(owned)

    world.setPolicy(undefined)
    await untag()
    world.setPolicy(policyFor(text))
    expect(failures(await world.destroy(text))).toEqual([])
    expect((await requestOf(world)).State).toBe('cancelled')
    expect(await livingInstances(world)).toBe(0)
  })
})
