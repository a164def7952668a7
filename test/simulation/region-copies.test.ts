import {
  CopyImageCommand,
  CopySnapshotCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DescribeImagesCommand,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { at } from '../support/live-stack.js'
import { image } from '../support/stacks.js'
import { simulationsOfFile, type SimulationOptions } from '../support/simulation.js'
import {
  abroad,
  alone,
  copied,
  day,
  idsAt,
  settled,
  snapshotsIn,
  sourcesAbroad,
  stack,
  tag,
  there,
  closeAbroad,
} from '../support/region-copies.js'

afterAll(closeAbroad)

const start = simulationsOfFile()
const golden = `evenkeel: 1\nstack: far\ntarget: sandbox\nimages:\n  golden: { from: server.builder, regions: [${there}] }\nservers:\n  builder: { image: ${image}, type: t3.small, zone: us-east-1a }\n`
describe('copies of an image', () => {
  it('keep clear of the names that a stack of the same name has given to its own there', async () => {
    const world = await start()
    await world.apply(golden.replace(`, regions: [${there}]`, ''))
    const [made] = (await world.client.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? []
    const Tags = Object.entries({ stack: 'far', address: 'image.golden', version: '1' })
    await abroad(world).send(
      new CopyImageCommand({
        Name: 'far/golden/1',
        SourceImageId: made!.ImageId,
        SourceRegion: 'us-east-1',
        TagSpecifications: [
          { ResourceType: 'image', Tags: Tags.map(([Key, Value]) => ({ Key: `evenkeel:${Key}`, Value })) },
        ],
      }),
    )
    const { result } = await world.apply(golden)
    expect(result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? outcome.error.message : []))).toEqual(
      [],
    )
    const { Images = [] } = await abroad(world).send(new DescribeImagesCommand({ Owners: ['self'] }))
    expect(new Set(Images.map(({ Name }) => Name))).toEqual(new Set(['far/golden/1', 'far/golden/1/us-east-1']))
    await settled(world, golden)
  })

  it('stay as they are when the file wants them encrypted in another way, and the plan says so until the next', async () => {
    const world = await start()
    const encrypted = golden.replace(`[${there}]`, `[{ region: ${there}, encrypted: true }]`)
    await world.apply(golden)
    const codes = async (text: string) => (await world.plan(text)).problems.map(({ code }) => code)
    expect(await codes(encrypted)).toEqual(['PLAN_COPIES_STAY'])
    expect((await world.plan(encrypted)).steps.map(({ kind }) => kind)).not.toContain('copy-image')
    expect((await world.apply(encrypted, { plan: { rebuild: [at('image.golden')] } })).result.status).toBe('converged')
    expect(await codes(encrypted)).toEqual([])
    expect(await codes(golden)).toEqual(['PLAN_COPIES_STAY'])
  })
})

describe('copies of a volume’s snapshots', () => {
  it('follow the newest, carry what makes the volume again, and are kept as those here are', async () => {
    const world = await start()
    await world.apply(copied, { plan: day(0) })
    for (const number of [1, 2, 3]) {
      const { plan, result } = await world.apply(copied, { plan: day(number) })
      expect(result.status).toBe('converged')
      expect(plan.steps.map(({ kind }) => kind)).toContain('copy-snapshot')
    }
    const here = await snapshotsIn(world.client)
    const copies = await snapshotsIn(abroad(world))
    expect(here).toHaveLength(2)
    expect(copies.map((copy) => tag(copy, 'evenkeel:copy-of'))).toEqual(
      here.map(({ SnapshotId }) => `us-east-1/${SnapshotId}`),
    )
    for (const [index, copy] of copies.entries()) {
      const source = here[index]!
      for (const key of ['evenkeel:stack', 'evenkeel:address', 'evenkeel:version', 'evenkeel:size', 'Name'])
        expect(tag(copy, key)).toBe(tag(source, key))
      expect(tag(copy, 'evenkeel:taken')).toBe(source.StartTime?.toISOString())
      expect(tag(source, `evenkeel:copy:${there}`)).toBe(copy.SnapshotId)
    }
    await settled(world, copied)
  })

  it('are made of what is there when the region comes into the file, the newest alone', async () => {
    const world = await start()
    for (const number of [0, 1, 2]) await world.apply(alone, { plan: day(number) })
    const plan = await world.plan(copied, day(0))
    expect(driftOf(plan)).toMatchObject({
      status: 'pending',
      pending: [{ address: 'volume.data', diffs: [{ path: 'copies' }] }],
    })
    expect((await world.carryOut(plan)).status).toBe('converged')
    expect(await sourcesAbroad(world)).toEqual((await idsAt(world)).filter((id) => id.includes(newestId(plan))))
    await settled(world, copied)
  })

  it('stay as they are when the file wants them encrypted in another way, and the plan says so until the next', async () => {
    const world = await start()
    const encrypted = stack(`, keep: { last: 2 }, regions: [{ region: ${there}, encrypted: true }]`)
    for (const number of [0, 1]) await world.apply(copied, { plan: day(number) })
    const told = async () => {
      const { steps, problems } = await world.plan(encrypted, day(0))
      expect(steps).toEqual([])
      return problems.map(({ code }) => code)
    }
    expect(await told()).toEqual(['PLAN_COPIES_STAY'])
    const { plan, result } = await world.apply(encrypted, { plan: day(2) })
    expect(result.status).toBe('converged')
    expect(plan.problems.map(({ code }) => code)).toEqual(['PLAN_COPIES_STAY'])
    expect((await snapshotsIn(abroad(world))).map(({ Encrypted }) => Encrypted)).toEqual([false, true])
    expect(await told()).toEqual([])
    const [problem] = (await world.plan(copied, day(0))).problems
    expect(problem?.message).toBe(
      `the copies of volume.data in ${there} are encrypted with the account's own key there, and stay so; the file wants them encrypted as what they are copies of`,
    )
  })

  it('are drift when somebody deletes the newest, and are made again', async () => {
    const world = await start()
    for (const number of [0, 1]) await world.apply(copied, { plan: day(number) })
    const [copy] = await snapshotsIn(abroad(world))
    await abroad(world).send(new DeleteSnapshotCommand({ SnapshotId: copy!.SnapshotId }))
    const plan = await world.plan(copied, day(0))
    expect(driftOf(plan)).toMatchObject({
      status: 'drift',
      drifted: [{ address: 'volume.data', diffs: [{ path: 'copies', before: [there], after: [] }] }],
    })
    expect((await world.carryOut(plan)).status).toBe('converged')
    expect(await sourcesAbroad(world)).toEqual(await idsAt(world))
    await settled(world, copied)
  })

  it('are not let go of while what they are copies of is the newest here', async () => {
    const world = await start()
    const one = stack(`, keep: { last: 1 }, regions: [${there}]`)
    for (const number of [0, 1]) await world.apply(copied, { plan: day(number) })
    const [copy] = await snapshotsIn(abroad(world))
    await world.apply(alone, { plan: day(2) })
    await world.apply(copied, { plan: day(0) })
    const [older, newest] = await snapshotsIn(world.client)
    await world.client.send(new DeleteSnapshotCommand({ SnapshotId: newest!.SnapshotId }))
    await abroad(world).send(new DeleteSnapshotCommand({ SnapshotId: copy!.SnapshotId }))
    await world.apply(one, { plan: day(0) })
    await settled(world, one)
    expect(await sourcesAbroad(world)).toContain(`us-east-1/${older!.SnapshotId}`)
  })

  it('stay where an image was made of them, and that is no work', async () => {
    const world = await start()
    await world.apply(golden.replace('stack: far', 'stack: other'))
    for (const number of [0, 1, 2]) await world.apply(copied, { plan: day(number) })
    const [oldest] = (await snapshotsIn(abroad(world))).filter((copy) => tag(copy, 'evenkeel:stack') === 'far')
    const [found] = (await abroad(world).send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? []
    const [root] = found!.BlockDeviceMappings ?? []
    const shape = { Architecture: 'x86_64', VirtualizationType: 'hvm', RootDeviceName: root!.DeviceName } as const
    const disks = [
      { DeviceName: root!.DeviceName, Ebs: { SnapshotId: root!.Ebs?.SnapshotId } },
      { DeviceName: '/dev/sdf', Ebs: { SnapshotId: oldest!.SnapshotId } },
    ]
    await abroad(world).send(new RegisterImageCommand({ Name: 'mine', ...shape, BlockDeviceMappings: disks }))
    expect((await world.apply(copied, { plan: day(3) })).result.status).toBe('converged')
    expect((await snapshotsIn(abroad(world))).map(({ SnapshotId }) => SnapshotId)).toContain(oldest!.SnapshotId)
    await settled(world, copied)
  })

  it('stay when the region leaves the file, and with them what a stack of the same name has there', async () => {
    const world = await start()
    for (const number of [0, 1]) await world.apply(copied, { plan: day(number) })
    const before = await snapshotsIn(abroad(world))
    await settled(world, alone)
    expect(await snapshotsIn(abroad(world))).toEqual(before)
  })

  it('of a stack of the same name that runs there are no copies of this one’s', async () => {
    const world = await start()
    for (const number of [0, 1]) await world.apply(copied, { plan: day(number) })
    const [copy] = await snapshotsIn(abroad(world))
    const Tags = (copy!.Tags ?? []).filter(({ Key }) => Key !== 'evenkeel:copy-of' && Key !== 'evenkeel:taken')
    await abroad(world).send(
      new CopySnapshotCommand({
        SourceRegion: there,
        SourceSnapshotId: copy!.SnapshotId,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
      }),
    )
    for (const number of [2, 3, 4]) await world.apply(copied, { plan: day(number) })
    const left = await snapshotsIn(abroad(world))
    expect(left.filter((one) => tag(one, 'evenkeel:copy-of') === undefined)).toHaveLength(1)
    expect(left).toHaveLength(3)
  })

  it('that fail by their key are told, go, and come again when the file says another', async () => {
    const world = await start({ switches: { kmsKeys: 'alias/there' } })
    const keyed = (key: string) => stack(`, regions: [{ region: ${there}, kmsKey: ${key} }]`)
    await world.apply(keyed('alias/nobody'), { plan: day(0) })
    const failed = await world.apply(keyed('alias/nobody'), { plan: day(1) })
    expect(failed.result.status).not.toBe('converged')
    const told = failed.result.outcomes.map(({ outcome }) => (outcome.kind === 'failed' ? outcome.error.message : ''))
    expect(told.join()).toContain('Given key ID is not accessible')
    expect((await world.apply(keyed('alias/there'), { plan: day(0) })).result.status).toBe('converged')
    expect((await snapshotsIn(abroad(world))).map(({ State, Encrypted }) => [State, Encrypted])).toEqual([
      ['completed', true],
    ])
    await settled(world, keyed('alias/there'))
  })

  it('wait for their turn where too many are on their way', async () => {
    const world = await start()
    const many = (more: string) =>
      `evenkeel: 1\nstack: far\ntarget: sandbox\nvolumes:\n${Array.from({ length: 24 }, (_, index) => `  v${index}: { size: 1, snapshots: { every: 24h${more} } }`).join('\n')}\n`
    for (const number of [0, 1]) await world.apply(many(''), { plan: day(number) })
    const { result } = await world.apply(many(`, regions: [${there}]`), { plan: day(0), concurrency: 40 })
    expect(result.status).toBe('converged')
    expect(await sourcesAbroad(world)).toEqual(await idsAt(world))
  })
})

function newestId(plan: { readonly steps: readonly object[] }): string {
  const step = plan.steps.find((one) => 'snapshotId' in one && 'region' in one) as { readonly snapshotId: string }
  return step.snapshotId
}

describe('a lost response', () => {
  it.each<[string, SimulationOptions['faults']]>([
    ['CopySnapshot', { scripted: [{ action: 'CopySnapshot', call: 1, failure: 'lost-response' }] }],
    ['CreateTags', { scripted: [{ action: 'CreateTags', call: 1, failure: 'lost-response' }] }],
  ])('to %s neither fails the run nor makes a copy twice', async (_action, faults) => {
    const world = await start()
    for (const number of [0, 1]) await world.apply(alone, { plan: day(number) })
    world.setFaults(faults ?? {})
    expect((await world.apply(copied, { plan: day(0) })).result.status).toBe('converged')
    expect(await sourcesAbroad(world)).toEqual(await idsAt(world))
  })
})

describe('an image that a stack of the same name has in a region', () => {
  it('stays when the one that copies its own there goes', async () => {
    const world = await start()
    await world.apply(golden)
    expect((await world.plan(golden)).steps).toEqual([])
    const imagesAbroad = async () =>
      (await abroad(world).send(new DescribeImagesCommand({ Owners: ['self'] }))).Images ?? []
    const [copy] = await imagesAbroad()
    await abroad(world).send(
      new DeleteTagsCommand({ Resources: [copy!.ImageId!], Tags: [{ Key: 'evenkeel:copy-of' }] }),
    )
    await world.destroy(golden)
    expect((await imagesAbroad()).map(({ ImageId }) => ImageId)).toEqual([copy!.ImageId])
  })
})

describe('a region that cannot be read', () => {
  it('leaves what is there as it is, and keeps nothing else from being planned', async () => {
    const world = await start()
    for (const number of [0, 1]) await world.apply(copied, { plan: day(number) })
    const live = await world.observe(copied)
    const snapshotsElsewhere = [{ region: there, snapshots: [], unread: 'no route' }]
    const plan = world.planFrom({ ...live, snapshotsElsewhere }, copied, day(2))
    expect(plan.complete).toBe(false)
    expect(plan.unreadable).toMatchObject([{ address: 'volume.data' }])
    expect(plan.steps.map(({ kind }) => kind)).toContain('create-snapshot')
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('copy-snapshot')
  })
})

describe('a checkpoint', () => {
  const two = stack('', '  more: { size: 1 }\n')
  const regions = [{ region: there, encrypted: undefined, kmsKey: undefined }]

  it('is taken and copied by one plan, as a set that is whole there', async () => {
    const world = await start()
    await world.apply(two)
    const plan = await world.planCheckpoint(two, 'v1', regions)
    expect(plan.steps.map(({ kind }) => kind).sort()).toEqual(
      ['copy-snapshot', 'copy-snapshot', 'create-snapshots', 'create-snapshots'].slice(0, plan.steps.length),
    )
    expect((await world.carryOut(plan)).status).toBe('converged')
    expect(await sourcesAbroad(world)).toEqual(await idsAt(world))
    expect((await world.planCheckpointCopy(two, 'v1', regions)).steps).toEqual([])
    expect((await snapshotsIn(abroad(world))).map((copy) => tag(copy, 'evenkeel:checkpoint'))).toEqual(['v1', 'v1'])
  })

  it('of which there is a whole copy is not taken again under its name: the copy may be all that is left of it', async () => {
    const world = await start()
    await world.apply(two)
    await world.carryOut(await world.planCheckpoint(two, 'v1', regions))
    for (const { SnapshotId } of await snapshotsIn(world.client))
      await world.client.send(new DeleteSnapshotCommand({ SnapshotId }))
    await expect(world.planCheckpoint(two, 'v1', regions)).rejects.toMatchObject({ code: 'CHECKPOINT_TAKEN' })
    expect((await world.carryOut(await world.planCheckpoint(two, 'v1'))).status).toBe('converged')
    await expect(world.planCheckpointCopy(two, 'v1', regions)).rejects.toMatchObject({ code: 'CHECKPOINT_TAKEN' })
    const [left] = await snapshotsIn(abroad(world))
    await abroad(world).send(new DeleteSnapshotCommand({ SnapshotId: left!.SnapshotId }))
    expect((await world.carryOut(await world.planCheckpointCopy(two, 'v1', regions))).status).toBe('converged')
    expect(await sourcesAbroad(world)).toEqual(await idsAt(world))
  })

  it('is no scheduled copy, and a scheduled copy no part of it', async () => {
    const world = await start()
    await world.apply(two)
    await world.carryOut(await world.planCheckpoint(two, 'v1'))
    const scheduled = stack(`, regions: [${there}]`, '  more: { size: 1 }\n')
    expect((await world.apply(scheduled, { plan: day(0) })).result.status).toBe('converged')
    expect((await snapshotsIn(abroad(world))).map((copy) => tag(copy, 'evenkeel:checkpoint'))).toEqual([undefined])
    expect((await world.carryOut(await world.planCheckpointCopy(scheduled, 'v1', regions))).status).toBe('converged')
    expect(await snapshotsIn(abroad(world))).toHaveLength(3)
    await settled(world, scheduled)
  })
})
