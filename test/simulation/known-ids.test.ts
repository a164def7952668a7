import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { required } from '../../src/core/assert.js'
import { simulationsOfFile } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const start = simulationsOfFile()

const text = `
evenkeel: 1
stack: known
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, elasticIp: true }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
`

/** Each listing by a tag is of a state of up to a day ago, when there was nothing; what is asked for by its id is as it is. */
const staleBy = (probability: number) => ({ staleReads: { probability, filterMs: 86_400_000 } })
const blind = staleBy(1)

/** A stack that was made well, and listings that know nothing of it. */
async function madeAndHidden() {
  // What listings may go back to is remembered.
  const world = await start({ faults: staleBy(0) })
  expect((await world.apply(text)).result.status).toBe('converged')
  const made = await world.census()
  return { world, made }
}

const reads = (requests: readonly { readonly action: string }[]) => requests.map(({ action }) => action).sort()

describe('what the ledger knows and no listing shows', () => {
  it('is read by id, at once, and nothing is made twice', async () => {
    const { world, made } = await madeAndHidden()
    world.setFaults(blind)
    const before = world.clock.now()
    const plan = await world.plan(text)
    expect(plan.steps).toEqual([])
    expect(world.clock.now() - before).toBeLessThan(1_000)
    const { plan: again, result } = await world.apply(text)
    expect([again.steps, result.status]).toEqual([[], 'converged'])
    world.setFaults({})
    expect(await world.census()).toEqual(made)
  })

  // What the first listing shows the next ones may miss.
  it.each([2, 4, 6])('is read by id also where each listing misses something else: seed %i', async (seed) => {
    const world = await start({ seed, faults: staleBy(0) })
    expect((await world.apply(text)).result.status).toBe('converged')
    world.setFaults(staleBy(0.6))
    const { steps } = await world.plan(text)
    expect(steps.map(({ kind }) => kind).filter((kind) => /^(create|allocate|import)-/.test(kind))).toEqual([])
  })

  it('costs no call while the listings show it all', async () => {
    const { world } = await madeAndHidden()
    const calm = await world.requestsDuring(() => world.plan(text))
    expect(calm.length).toBeLessThanOrEqual(10)
    world.setFaults(blind)
    const hidden = await world.requestsDuring(() => world.plan(text))
    // The listings once more, and each of the five kinds by its ids.
    expect(reads(hidden).filter((action) => action === 'DescribeVolumes')).toHaveLength(3)
    expect(hidden.length).toBeLessThanOrEqual(2 * calm.length + 5)
  })

  it('counts as gone when its id finds nothing twice, and not before', async () => {
    const { world } = await madeAndHidden()
    const { instances } = await world.census()
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [...instances] }))
    const state = async () => {
      const { Reservations } = await world.client.send(new DescribeInstancesCommand({ InstanceIds: [...instances] }))
      return Reservations?.[0]?.Instances?.[0]?.State?.Name
    }
    while ((await state()) !== 'terminated') await world.clock.sleep(100)
    const requests = await world.requestsDuring(async () => {
      const plan = await world.plan(text)
      expect(plan.steps.map(({ id }) => id)).toContain('create-server:server.web')
    })
    const byId = requests.filter(({ parameters }) => parameters['InstanceId.1'] === instances[0])
    expect(reads(byId)).toEqual(['DescribeInstances', 'DescribeInstances'])
  })

  it('is not ours when its tags say so', async () => {
    const { world } = await madeAndHidden()
    const { Volumes = [] } = await world.client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'tag:evenkeel:address', Values: ['volume.music'] }] }),
    )
    const id = required(Volumes[0]?.VolumeId, 'the volume')
    await world.client.send(
      new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'evenkeel:stack', Value: 'somebody' }] }),
    )
    const live = await world.observe(text)
    expect(live.volumes).toEqual([])
  })
})
