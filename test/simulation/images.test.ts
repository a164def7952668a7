import { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client, type Image } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const stack = (more: string, type = 't3.small', servers = '') =>
  `evenkeel: 1\nstack: gold\ntarget: sandbox\nimages:\n  golden: { from: server.builder, ${more} }\nservers:\n  builder: { image: ${image}, type: t3.small, zone: us-east-1a, userData: "#${type}", onUserDataChange: replace }\n${servers}`
const plain = `evenkeel: 1\nstack: gold\ntarget: sandbox\nservers:\n  builder: { image: ${image}, type: t3.small, zone: us-east-1a }\n`
const web = '  web: { image: image.golden, type: t3.small, zone: us-east-1a }\n'
const copied = "regions: [eu-central-1], share: ['123456789012'], keep: 1"

/** A change, from one stack file to another; `undefined`: everything goes. */
const changes: readonly { name: string; before?: string; after?: string }[] = [
  { name: 'the first apply, with a server of the image and a copy', after: stack(copied, 'one', web) },
  { name: 'another version, and the end of the one before', before: stack(copied, 'one'), after: stack(copied, 'two') },
  { name: 'a copy and permissions', before: stack('keep: 1'), after: stack(copied) },
  { name: 'the end of a copy', before: stack(copied), after: stack('keep: 1') },
  { name: 'the end of the image', before: stack(copied), after: plain },
  { name: 'the end of everything', before: stack(copied, 'one', web) },
]

describe('a run with an image that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 240_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const last = before ?? ''
    const isDead = after === undefined ? await world.killDestroy(last, calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(last) : await world.apply(after)
    expect(result.status).toBe('converged')
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    await expectWhole(world, after)
    return isDead
  } finally {
    await world.close()
  }
}

/** One image where the file asks for one, in as many regions, each with a snapshot of its own and no other. */
async function expectWhole(world: Simulation, text: string | undefined): Promise<void> {
  const isMade = text?.includes('images:') ?? false
  const here = await imagesIn(world.client)
  const there = await imagesElsewhere(world)
  expect(here.images.map(({ State }) => State)).toEqual(isMade ? ['available'] : [])
  expect(there.images.map(({ Name }) => Name)).toEqual(
    text?.includes('regions') === true ? here.images.map(({ Name }) => `${Name}/us-east-1`) : [],
  )
  for (const { images, snapshots } of [here, there]) {
    expect(snapshots).toEqual(
      images.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? [])),
    )
  }
  const { instances } = await world.census()
  expect(instances).toHaveLength((text?.match(/type: t3/g) ?? []).length)
}

interface Found {
  readonly images: readonly Image[]
  /** Ids of those that were made for images. */
  readonly snapshots: readonly string[]
}

async function imagesIn(client: EC2Client): Promise<Found> {
  const [{ Images = [] }, { Snapshots = [] }] = await Promise.all([
    client.send(new DescribeImagesCommand({ Owners: ['self'] })),
    client.send(
      new DescribeSnapshotsCommand({
        OwnerIds: ['self'],
        Filters: [{ Name: 'tag:evenkeel:address', Values: ['image.golden'] }],
      }),
    ),
  ])
  return { images: Images, snapshots: Snapshots.map(({ SnapshotId = '' }) => SnapshotId).sort() }
}

async function imagesElsewhere({ client }: Simulation): Promise<Found> {
  const { endpoint, credentials } = client.config
  const there = new EC2Client({ region: 'eu-central-1', credentials, ...(endpoint && { endpoint }) })
  try {
    return await imagesIn(there)
  } finally {
    there.destroy()
  }
}

describe.concurrent('a lost response', () => {
  it.each<[string, string, string]>([
    ['CreateImage', plain, stack(copied)],
    ['CopyImage', stack('keep: 1'), stack(copied)],
    ['ModifyImageAttribute', stack('keep: 1'), stack(copied)],
    ['DeregisterImage', stack(copied), plain],
  ])('to %s neither fails the run nor leaves anything behind', async (action, before, after) => {
    const world = await startSimulation()
    try {
      await world.apply(before)
      world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
      expect((await world.apply(after)).result.status).toBe('converged')
      await expectWhole(world, after)
    } finally {
      await world.close()
    }
  })
})

describe('a region that cannot be read', () => {
  it('leaves what is there as it is, and keeps nothing else from being planned', async () => {
    const world = await startSimulation()
    try {
      await world.apply(stack(copied))
      const live = await world.observe(stack(copied))
      const builtImages = live.builtImages!.map((one) => ({
        ...one,
        versions: one.versions.filter(({ region }) => region === live.region),
        unread: { 'eu-central-1': 'no route' },
      }))
      const plan = world.planFrom({ ...live, builtImages }, stack(`${copied}, description: told`))
      expect(plan.complete).toBe(false)
      expect(plan.unreadable).toMatchObject([{ address: 'image.golden' }])
      expect(plan.steps.map(({ kind }) => kind)).toEqual(['modify-image'])
    } finally {
      await world.close()
    }
  })
})
