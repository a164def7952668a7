import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const newer = image.replace('12', '13')
const stack = (of: string, more = '') => `
evenkeel: 1
stack: swap
target: sandbox
servers:
  web: { image: ${of}, type: t3.small, zone: us-east-1a${more} }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`

async function inWorld(work: (world: Simulation) => Promise<void>): Promise<void> {
  const world = await startSimulation()
  try {
    expect((await world.apply(stack(image))).result.status).toBe('converged')
    await work(world)
  } finally {
    await world.close()
  }
}

async function holderOfData({ client }: Simulation): Promise<string | undefined> {
  const Filters = [{ Name: 'tag:evenkeel:address', Values: ['volume.data'] }]
  const { Volumes = [] } = await client.send(new DescribeVolumesCommand({ Filters }))
  return Volumes[0]?.Attachments?.[0]?.InstanceId
}

/** The volumes of which snapshots of root disks were taken. */
async function rootsKept({ client }: Simulation): Promise<readonly (string | undefined)[]> {
  const Filters = [{ Name: 'tag:evenkeel:role', Values: ['root'] }]
  const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))
  return Snapshots.map(({ VolumeId }) => VolumeId)
}

describe.concurrent('a replacement whose launch is refused', () => {
  it.each(['InsufficientInstanceCapacity', 'VcpuLimitExceeded'])(
    'leaves the old server as it was: %s',
    async (code) => {
      await inWorld(async (world) => {
        const { instances } = await world.census()
        world.setFaults({ scripted: [{ action: 'RunInstances', call: 1, failure: { code, httpStatus: 400 } }] })
        const { result } = await world.apply(stack(newer))
        const done = result.outcomes.filter(({ outcome }) => outcome.kind === 'done')
        expect([result.status, done]).toEqual(['failed', []])
        expect((await world.census()).instances).toEqual(instances)
        expect(await holderOfData(world)).toBe(instances[0])
        expect((await world.observe(stack(newer))).servers[0]?.state).toBe('running')
        expect((await world.apply(stack(newer))).result.status).toBe('converged')
        const after = await world.census()
        expect(after.instances).toHaveLength(1)
        expect(after.instances).not.toEqual(instances)
        expect(await holderOfData(world)).toBe(after.instances[0])
      })
    },
  )
})

describe.concurrent('a replacement that is killed after each of its calls', () => {
  const ways: readonly { name: string; next: string; last: string }[] = [
    { name: 'and goes on', next: stack(newer), last: stack(newer) },
    { name: 'and is taken back', next: stack(newer), last: stack(image) },
    { name: 'and goes on, the old one first', next: stack(newer, ', replace: terminate-first'), last: stack(newer) },
  ]
  it.each(ways)(
    'leaves one server, its volume, and one snapshot of each root disk: $name',
    async ({ next, last }) => {
      for (let calls = 1, isDead = true; isDead; calls += 1) {
        await inWorld(async (world) => {
          isDead = await world.kill(next, calls)
          expect((await world.apply(last)).result.status).toBe('converged')
          expect((await world.plan(last)).steps).toEqual([])
          const { instances, volumes } = await world.census()
          expect([instances.length, volumes.length]).toEqual([1, 1])
          expect(await holderOfData(world)).toBe(instances[0])
          const kept = await rootsKept(world)
          expect(new Set(kept).size).toBe(kept.length)
          if (next === last) expect(kept).toHaveLength(1)
        })
      }
    },
    120_000,
  )
})

describe('a pair of servers of which one takes the place of the other', () => {
  it('is told by plan and drift as what is left to be done, and is no conflict', async () => {
    await inWorld(async (world) => {
      await world.kill(stack(newer), 2)
      const { servers } = await world.observe(stack(newer))
      expect(servers).toHaveLength(2)
      const plan = await world.plan(stack(newer))
      expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(plan.changes.find(({ address }) => address === 'server.web')?.reason).toMatch(/was not finished/)
      expect(plan.steps.at(-1)?.kind).toBe('terminate-server')
      expect((await world.destroy(stack(newer))).result.status).toBe('converged')
      const { instances, volumes } = await world.census()
      expect([instances, volumes]).toEqual([[], []])
    })
  })
})

describe('a root disk', () => {
  it('stays as a snapshot of the server at rest where the file says so, listed under the server', async () => {
    const text = stack(image, ', rootVolume: { onRemove: snapshot }')
    await inWorld(async (world) => {
      expect((await world.apply(text)).result.status).toBe('converged')
      const [server] = (await world.observe(text)).servers
      expect((await world.destroy(text)).result.status).toBe('converged')
      expect(await rootsKept(world)).toEqual([server?.rootVolume?.id])
      const { snapshots } = await world.observe(text)
      expect(snapshots.map(({ address }) => address)).toEqual(['server.web', 'volume.data'])
      // What a server leaves is no version of a volume.
      expect((await world.apply(text)).plan.steps.find(({ kind }) => kind === 'create-volume')).toMatchObject({
        snapshotId: undefined,
      })
    })
  })
})
