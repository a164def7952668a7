import { DescribeImagesCommand, DescribeSnapshotsCommand, ModifyImageAttributeCommand } from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { policyFor } from '../support/policy-life.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const start = simulationsOfFile()

const builder = `evenkeel: 1
stack: of
target: sandbox
images: { first: { from: server.builder } }
servers:
  builder: { image: ${image}, type: t3.small, zone: us-east-1a }
`

/** A public image of a snapshot, and a server of that image. */
const rescue = (snapshotId: string) => `evenkeel: 1
stack: own
target: sandbox
images:
  rescue: { from: ${snapshotId}, architecture: x86_64, rootDevice: /dev/xvda, user: admin, share: [public] }
servers:
  web: { image: image.rescue, type: t3.small, zone: us-east-1a }
`

async function rescued({ client }: Simulation) {
  const Filters = [{ Name: 'tag:evenkeel:address', Values: ['image.rescue'] }]
  const { Images = [] } = await client.send(new DescribeImagesCommand({ Filters }))
  return Images.map(({ ImageId = '', Public = false }) => ({ id: ImageId, isPublic: Public }))
}

it('an image of a snapshot is anybody’s by that word, launched from, healed and removed, under the printed policy', async () => {
  const world = await start()
  await world.apply(builder)
  const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
  const [{ SnapshotId: snapshotId = '' } = {}] = Snapshots
  const text = rescue(snapshotId)
  world.setPolicy(policyFor(text))
  expect((await world.apply(text)).result.status).toBe('converged')
  expect((await world.plan(text)).steps).toEqual([])
  world.setPolicy(undefined)
  const [{ id, isPublic } = { id: '', isPublic: false }] = await rescued(world)
  expect(isPublic).toBe(true)

  const nobody = { ImageId: id, LaunchPermission: { Remove: [{ Group: 'all' as const }] } }
  await world.client.send(new ModifyImageAttributeCommand(nobody))
  world.setPolicy(policyFor(text))
  const plan = await world.plan(text)
  expect(driftOf(plan).drifted.map(({ address, diffs }) => [address, diffs.map(({ path }) => path)])).toEqual([
    ['image.rescue', ['share']],
  ])
  expect((await world.carryOut(plan)).status).toBe('converged')
  expect((await rescued(world)).map(({ isPublic: isAnybodys }) => isAnybodys)).toEqual([true])

  expect((await world.destroy(text)).result.status).toBe('converged')
  world.setPolicy(undefined)
  expect(await rescued(world)).toEqual([])
  // The snapshot belongs to whoever named it.
  expect((await world.census()).snapshots).toEqual([snapshotId])
})
