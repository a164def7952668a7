import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { messageOf, ProviderError } from '../../src/core/errors.js'
import { everyNeed, exampleLives, liveUnderPolicy, policyFor } from '../support/policy-life.js'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()

/**
 * What this life cannot show: old versions of the ledger, and old snapshots, go later; only hosts have a console; nobody asks by
 * hand for a status, which tells what is reserved and how volumes are, or a reboot, or for I/O that EC2 stopped; and none of its servers is a spot instance.
 */
const neverCalled = [
  'DeleteLaunchTemplateVersions',
  'DeleteSnapshot',
  'DescribeReservedInstances',
  'DescribeSpotInstanceRequests',
  'DescribeVolumeStatus',
  'EnableVolumeIO',
  'GetConsoleOutput',
  'ModifyLaunchTemplate',
  'RebootInstances',
]

describe.concurrent('under the policy that iam-policy prints', { timeout: 120_000 }, () => {
  it.each(exampleLives)('$name lives a whole life', async (life) => {
    await liveUnderPolicy(await start(), life, ({ status }) => expect(status).toBe('converged'))
  })

  it(`${everyNeed.name} lives a whole life, and needs every action of the policy`, async () => {
    const called = await liveUnderPolicy(await start(), everyNeed, ({ status }) => expect(status).toBe('converged'))
    const allowed = policyFor(everyNeed.texts[0]).Statement.flatMap(({ Action }) => Action)
    const unused = [...new Set(allowed)]
      .map((action) => action.replace(/^\w+:/, ''))
      .filter((name) => !called.has(name))
    expect(unused.sort()).toEqual(neverCalled)
  })

  it.each([
    'ec2:AllocateAddress',
    'ec2:AttachVolume',
    'ec2:CreateLaunchTemplate',
    'ec2:CreateTags',
    'ec2:DescribeVolumes',
    'ec2:RunInstances',
    'ssm:GetParameters',
  ])('less %s an apply says that this is what it may not do', async (action) => {
    const world = await start()
    const [text] = everyNeed.texts
    const { Version, Statement } = policyFor(text)
    const less = Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((name) => name !== action),
    }))
    world.setPolicy({ Version, Statement: less.filter(({ Action }) => Action.length > 0) })
    const errors = await world.apply(text).then(
      ({ result }) => [
        ...result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? outcome.error : [])),
        ...(result.error ? [result.error] : []),
      ],
      (error: unknown) => [error],
    )
    const told = errors.filter((error) => error instanceof ProviderError && error.code === 'EC2_FORBIDDEN')
    expect(told.map(messageOf).join('\n')).toContain(`is not authorized to perform: ${action} `)
    // A refusal is no reason to try again.
    expect(errors.length).toBe(told.length)
  })
})

describe.concurrent('the policy of one stack', () => {
  /** A volume with these tags, made by somebody who may. */
  async function volumeWith(client: ec2.EC2Client, tags: Readonly<Record<string, string>>): Promise<string> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    const TagSpecifications = Tags.length === 0 ? [] : [{ ResourceType: 'volume' as const, Tags }]
    const made = await client.send(
      new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, TagSpecifications }),
    )
    return made.VolumeId ?? ''
  }
  const ofStack = (Value: string) => [{ Key: 'evenkeel:stack', Value }]

  it('lets nothing be taken, tagged or made that is not the stack’s', async () => {
    const world = await start({ clock: 'system' })
    const [foreign, free] = await Promise.all([
      volumeWith(world.client, { 'evenkeel:stack': 'other' }),
      volumeWith(world.client, {}),
    ])
    world.setPolicy(policyFor(everyNeed.texts[0]))
    const own = await volumeWith(world.client, { 'evenkeel:stack': 'everything' })
    const refused = [
      volumeWith(world.client, {}),
      volumeWith(world.client, { 'evenkeel:stack': 'other' }),
      ...[foreign, free].flatMap((VolumeId) => [
        world.client.send(new ec2.DeleteVolumeCommand({ VolumeId })),
        world.client.send(new ec2.CreateTagsCommand({ Resources: [VolumeId], Tags: ofStack('everything') })),
        world.client.send(new ec2.DeleteTagsCommand({ Resources: [VolumeId], Tags: [{ Key: 'evenkeel:stack' }] })),
        world.client.send(new ec2.CreateSnapshotCommand({ VolumeId })),
      ]),
      // What is the stack's is not given away either.
      world.client.send(new ec2.CreateTagsCommand({ Resources: [own], Tags: ofStack('other') })),
    ]
    for (const call of refused) await expect(call).rejects.toThrow('is not authorized to perform')
    await world.client.send(new ec2.CreateTagsCommand({ Resources: [own], Tags: [{ Key: 'a', Value: 'b' }] }))
    await world.client.send(new ec2.DeleteVolumeCommand({ VolumeId: own }))
  })

  it('lets a reader change nothing', async () => {
    const world = await start()
    const own = await volumeWith(world.client, { 'evenkeel:stack': 'everything' })
    const policy = policyFor(everyNeed.texts[0], { readOnly: true })
    expect(policy.Statement.flatMap(({ Action }) => Action).filter((name) => !/:(Describe|Get)/.test(name))).toEqual([])
    world.setPolicy(policy)
    await expect(world.client.send(new ec2.DeleteVolumeCommand({ VolumeId: own }))).rejects.toThrow('ec2:DeleteVolume')
    await expect(world.client.send(new ec2.DescribeVolumesCommand({}))).resolves.toBeDefined()
  })

  it('lets the volume be adopted, and the snapshot be copied, that the file names by id', async () => {
    const world = await start({ clock: 'system' })
    const adopted = await volumeWith(world.client, {})
    const { SnapshotId = '' } = await world.client.send(new ec2.CreateSnapshotCommand({ VolumeId: adopted }))
    const text = `evenkeel: 1
stack: adopting
target: sandbox
volumes:
  old: { volumeId: ${adopted}, zone: us-east-1a, onRemove: retain }
  copy: { snapshot: ${SnapshotId}, zone: us-east-1a, onRemove: delete }
`
    world.setPolicy(policyFor(text))
    expect((await world.apply(text)).result.status).toBe('converged')
    expect((await world.destroy(text)).result.status).toBe('converged')
  })
})
