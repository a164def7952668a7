import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const stack = (more: string, builder = '', servers = '') => `evenkeel: 1
stack: gold
target: sandbox
images:
  golden: { from: server.builder, ${more} }
servers:
  builder: { image: ${image}, type: t3.small, zone: us-east-1a${builder} }
${servers}`
const web = '  web: { image: image.golden, type: t3.small, zone: us-east-1a }\n'
const plain = stack('keep: 1').replace(/images:\n.*\n/, '')
const copied = stack('keep: 1, regions: [eu-central-1]')

/** Every instance that is there, by its state, and every image by its state, here and in the other region. */
async function worldOf({ client }: Simulation) {
  const { endpoint, credentials } = client.config
  const there = new EC2Client({ region: 'eu-central-1', credentials, ...(endpoint && { endpoint }) })
  const imagesIn = async (of: EC2Client) => {
    const { Images = [] } = await of.send(new DescribeImagesCommand({ Owners: ['self'] }))
    return Images.map(({ Name, State }) => `${Name} ${State}`).sort()
  }
  const snapshotsIn = async (of: EC2Client) =>
    (await of.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots?.map(({ State }) => State) ?? []
  try {
    const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
    return {
      instances: Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name)),
      images: [...(await imagesIn(client)), ...(await imagesIn(there)).map((found) => `${found} there`)],
      snapshots: [...(await snapshotsIn(client)), ...(await snapshotsIn(there))],
    }
  } finally {
    there.destroy()
  }
}

const simulation = simulationsOfFile()
const broken = { snapshotErrors: { probability: 1 } }

describe('an image that EC2 cannot make', () => {
  it('fails its step with EC2’s reason, and the server that it is made of runs again', async () => {
    const world = await simulation()
    await world.apply(plain)
    world.setFaults(broken)
    const { result } = await world.apply(stack('keep: 1', '', web))
    const failed = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : []))
    expect(failed).toMatchObject([
      { code: 'EC2_IMAGE_FAILED', message: expect.stringMatching(/^EC2 could not make ami-/) },
    ])
    expect(await worldOf(world)).toEqual({
      instances: ['running'],
      images: ['gold/golden/1 failed'],
      snapshots: ['error'],
    })
  })

  it('is taken away by the next run, which makes another', async () => {
    const world = await simulation({ faults: broken })
    await world.apply(stack('keep: 1', '', web))
    world.setFaults({})
    expect((await world.apply(stack('keep: 1', '', web))).result.status).toBe('converged')
    expect((await world.plan(stack('keep: 1', '', web))).steps).toEqual([])
    expect(await worldOf(world)).toEqual({
      instances: ['running', 'running'],
      images: ['gold/golden/2 available'],
      snapshots: ['completed'],
    })
  })

  it('keeps nothing but what is made of it: the version before stays, and serves', async () => {
    const world = await simulation()
    await world.apply(stack('keep: 1', '', web))
    world.setFaults(broken)
    const changed = stack('keep: 1', ', userData: "#2", onUserDataChange: replace', web)
    expect((await world.apply(changed)).result.status).not.toBe('converged')
    expect((await worldOf(world)).images).toEqual(['gold/golden/1 available', 'gold/golden/2 failed'])
    world.setFaults({})
    expect((await world.apply(changed)).result.status).toBe('converged')
    expect((await world.plan(changed)).steps).toEqual([])
    // A server was made of the first, which stays with it.
    expect((await worldOf(world)).images).toEqual(['gold/golden/1 available', 'gold/golden/3 available'])
  })

  it('in another region is copied again by the next run', async () => {
    const world = await simulation()
    await world.apply(stack('keep: 1'))
    world.setFaults(broken)
    const { result } = await world.apply(copied)
    expect(result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))).toEqual([
      'EC2_IMAGE_FAILED',
    ])
    world.setFaults({})
    expect((await world.apply(copied)).result.status).toBe('converged')
    expect((await world.plan(copied)).steps).toEqual([])
    expect((await worldOf(world)).images).toEqual([
      'gold/golden/1 available',
      'gold/golden/1/us-east-1 available there',
    ])
    expect((await worldOf(world)).snapshots).toEqual(['completed', 'completed'])
  })
})

describe('a server that may not be stopped', () => {
  it('makes no image: the plan says so before anything is done', async () => {
    const world = await simulation()
    const text = stack('keep: 1', ', stopProtection: true')
    const plan = await world.plan(text)
    expect(plan.applyable).toBe(false)
    expect(plan.problems).toMatchObject([{ code: 'PLAN_PROTECTED', address: 'image.golden' }])
    expect((await world.apply(text.replace('true', 'false'))).result.status).toBe('converged')
  })

  it('and has its image already is nothing to refuse', async () => {
    const world = await simulation()
    await world.apply(stack('keep: 1'))
    const text = stack('keep: 1', ', stopProtection: true')
    expect((await world.apply(text)).result.status).toBe('converged')
    expect((await world.plan(text)).problems).toEqual([])
  })
})
