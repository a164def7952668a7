import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  waitUntilVolumeAvailable,
  waitUntilVolumeInUse,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const server = `
evenkeel: 1
stack: keeper
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
`

const reusing = `
evenkeel: 1
stack: phoenix
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
volumes:
  data: { server: web, size: 1, fstype: xfs, mount: /srv/data, reuse: true }
sync:
  site: { from: ./site/, to: volume.data/site/ }
`

describe.skipIf(noHostsBecause !== undefined)(`data${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('data-safety')
    world.write({ 'keeper.yaml': server, 'phoenix.yaml': reusing, 'site/index.html': '<p>kept</p>\n' })
  })
  afterAll(() => world?.remove())

  it.concurrent('on an adopted volume is never formatted, and everything else goes on', async () => {
    const inside = (script: string) =>
      expectSuccess(world.run(['exec', '-f', 'keeper.yaml', 'web', '--', 'sudo', 'sh', '-ec', script]))
    await expectSuccess(world.run(['apply', 'keeper.yaml', '--yes']))
    const volumeId = await attachByHand(world, await instanceOf(world, 'keeper'))
    await inside(`
      device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(echo ${volumeId} | tr -d -)
      mkfs.ext4 -q -L precious $device
      mount $device /mnt && echo do not lose this > /mnt/diary.txt && umount /mnt`)

    world.write({
      'keeper.yaml': `${server}
volumes:
  diary: { server: web, volumeId: ${volumeId}, fstype: xfs, mount: /srv/diary }
  other: { server: web, size: 1, mount: /srv/other }
`,
    })
    const { stdout } = await expectExit(world.run(['apply', 'keeper.yaml', '--yes']), 1)
    expect(stdout).toMatch(/volume\.diary {2}mount-volume/)
    expect(stdout).toMatch(/ext4/)
    expect(stdout).toMatch(/\d+ done, 1 failed/)
    const kept = await inside(`
      device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(echo ${volumeId} | tr -d -)
      findmnt -n -o FSTYPE /srv/other
      mount -o ro $device /mnt && cat /mnt/diary.txt && umount /mnt`)
    expect(kept.stdout).toBe('ext4\ndo not lose this\n')
  })

  it.concurrent('on a volume that hangs on a foreign instance is left alone, and everything else goes on', async () => {
    world.write({ 'theirs.yaml': server.replace('stack: keeper', 'stack: theirs') })
    await expectSuccess(world.run(['apply', 'theirs.yaml', '--yes']))
    const theirs = await instanceOf(world, 'theirs')
    const volumeId = await attachByHand(world, theirs)
    world.write({
      'ours.yaml': `${server.replace('stack: keeper', 'stack: ours')}
volumes:
  diary: { server: web, volumeId: ${volumeId}, fstype: xfs, mount: /srv/diary }
  other: { server: web, size: 1, mount: /srv/other }
`,
    })
    const { stdout } = await expectExit(world.run(['apply', 'ours.yaml', '--yes']), 1)
    expect(stdout).toMatch(new RegExp(`Left alone: volume\\.diary \\(${volumeId}\\) is attached to ${theirs}`))
    await expectSuccess(world.run(['exec', '-f', 'ours.yaml', 'web', '--', 'findmnt', '/srv/other']))
    await expectExit(world.run(['plan', 'ours.yaml']), 1)
  })

  it.concurrent('of a destroyed stack stays as a snapshot alone, and comes back with reuse', async () => {
    await expectSuccess(world.run(['apply', 'phoenix.yaml', '--yes']))
    await expectSuccess(
      world.run(['exec', '-f', 'phoenix.yaml', 'web', '--', 'sudo', 'sh', '-c', 'echo by hand > /srv/data/own.txt']),
    )
    await expectSuccess(world.run(['destroy', 'phoenix.yaml', '--yes']))
    expect(await leftOf(world, 'phoenix')).toEqual({
      servers: 0,
      volumes: 0,
      snapshots: 1,
      groups: 0,
      keys: 0,
      templates: 0,
    })
    await expectSuccess(world.run(['destroy', 'phoenix.yaml', '--yes']))

    const { stderr } = await expectSuccess(world.run(['apply', 'phoenix.yaml', '--yes']))
    expect(stderr).toContain('mount-volume')
    expect(stderr).not.toContain('make-filesystem')
    const data = await expectSuccess(
      world.run(['exec', '-f', 'phoenix.yaml', 'web', '--', 'cat', '/srv/data/own.txt', '/srv/data/site/index.html']),
    )
    expect(data.stdout).toBe('by hand\n<p>kept</p>\n')
    await expectSuccess(world.run(['plan', 'phoenix.yaml', '--detailed-exitcode']))
  })
})

const tagged = (stack: string) => [{ Name: 'tag:evenkeel:stack', Values: [stack] }]

async function instanceOf({ client }: SandboxWorld, stack: string): Promise<string> {
  const { Reservations } = await client.send(new DescribeInstancesCommand({ Filters: tagged(stack) }))
  return Reservations?.[0]?.Instances?.[0]?.InstanceId ?? ''
}

/** A volume that nobody's stack knows of, attached to a server. */
async function attachByHand({ client }: SandboxWorld, InstanceId: string): Promise<string> {
  const { VolumeId = '' } = await client.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3' }),
  )
  const waiting = { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }
  await waitUntilVolumeAvailable(waiting, { VolumeIds: [VolumeId] })
  await client.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdp' }))
  await waitUntilVolumeInUse(waiting, { VolumeIds: [VolumeId] })
  return VolumeId
}

/** How many of each kind still carry the stack's tag; what is terminated does not count. */
async function leftOf({ client }: SandboxWorld, stack: string) {
  const Filters = tagged(stack)
  const [servers, volumes, snapshots, groups, keys, templates] = await Promise.all([
    client.send(new DescribeInstancesCommand({ Filters })),
    client.send(new DescribeVolumesCommand({ Filters })),
    client.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] })),
    client.send(new DescribeSecurityGroupsCommand({ Filters })),
    client.send(new DescribeKeyPairsCommand({ Filters })),
    client.send(new DescribeLaunchTemplatesCommand({ Filters })),
  ])
  const alive = (servers.Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name !== 'terminated')
  return {
    servers: alive.length,
    // EC2 shows for a while what it deletes.
    volumes: volumes.Volumes?.filter(({ State }) => State !== 'deleting').length,
    snapshots: snapshots.Snapshots?.length,
    groups: groups.SecurityGroups?.length,
    keys: keys.KeyPairs?.length,
    templates: templates.LaunchTemplates?.length,
  }
}
