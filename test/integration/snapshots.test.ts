import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxDisks } from '../support/sandbox-disks.js'
import { image } from '../support/stacks.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const albums = (stack: string) => `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
volumes:
  music: { server: web, size: 1, label: tunes, mount: /srv/music, snapshots: { every: 24h, keep: { last: 2 } } }
  photos: { server: web, size: 1, fstype: xfs, mount: /srv/photos, snapshots: { every: 7d, consistent: unmount } }
`
const removed = `
evenkeel: 1
stack: breaker
target: sandbox
`
const moving = (zone: string) => `
evenkeel: 1
stack: mover
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: ${zone} }
volumes:
  data: { server: web, size: 1, fstype: btrfs, mount: /srv/data }
`

interface Snapshot {
  readonly address: string
  readonly version: number
  readonly state: string
  readonly startedAt: string
  readonly checkpoint: string | null
  readonly label: string | null
  readonly uuid: string | null
}

describe.skipIf(noHostsBecause !== undefined)(`snapshots${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('snapshots')
    world.write({
      'prod.yaml': albums('prod'),
      'copy.yaml': albums('copy'),
      'breaker.yaml': `${removed}volumes: { data: { size: 1 } }\n`,
      'removed.yaml': removed,
      'mover.yaml': moving('us-east-1a'),
      'moved.yaml': moving('us-east-1b'),
    })
  })
  afterAll(() => world?.remove())

  const inside = (file: string, script: string) =>
    expectSuccess(world.run(['exec', '-f', file, 'web', '--', 'sudo', 'sh', '-ec', script]))
  const fill = (directory: string, seed: string) =>
    `head -c 3000000 /dev/urandom > ${directory}/bytes; echo ${seed} > ${directory}/seed; chown 1234:99 ${directory}/seed`
  const sums = 'cd /srv && find . -type f | sort | xargs sha256sum; stat -c %u:%g */seed'
  const isSettled = (file: string) => expectSuccess(world.run(['plan', file, '--detailed-exitcode']))
  const snapshotsOf = async (file: string) => {
    const { stdout } = await expectSuccess(world.run(['snapshots', file, '--json']))
    return (JSON.parse(stdout) as { readonly snapshots: readonly Snapshot[] }).snapshots
  }

  it.concurrent(
    'bring a volume back to a version, and a whole environment to a checkpoint, byte by byte',
    { timeout: 240_000 },
    async () => {
      await expectSuccess(world.run(['apply', 'prod.yaml', '--yes']))
      await inside('prod.yaml', `${fill('/srv/music', 'first')}; ${fill('/srv/photos', 'first')}`)
      await expectSuccess(world.run(['snapshot', 'volume.music', '-f', 'prod.yaml', '--yes']))
      const first = await inside('prod.yaml', sums)

      // Kept still by unmounting, and mounted again.
      await expectSuccess(world.run(['snapshot', 'photos', '-f', 'prod.yaml', '--yes']))
      await inside('prod.yaml', fill('/srv/music', 'second'))
      await isSettled('prod.yaml')

      const [{ startedAt } = { startedAt: '' }] = (await snapshotsOf('prod.yaml')).filter(
        ({ address }) => address === 'volume.music',
      )
      // As the list shows it.
      const at = `${startedAt.slice(0, 19)}Z`
      const tooOld = await expectExit(world.run(['restore', 'music', '--at', '2020-01-01T00:00', '-f', 'prod.yaml']), 1)
      expect(tooOld.stderr).toContain(`The oldest is version 1`)
      const restored = await expectSuccess(world.run(['restore', 'music', '--at', at, '-f', 'prod.yaml', '--yes']))
      expect(restored.stderr).toContain(`, taken at ${startedAt}.`)
      expect(restored.stdout).toContain('-/+ volume.music')
      expect((await inside('prod.yaml', sums)).stdout).toBe(first.stdout)
      await isSettled('prod.yaml')
      await expectSuccess(world.run(['drift', 'prod.yaml']))
      const versions = (await snapshotsOf('prod.yaml')).filter(({ address }) => address === 'volume.music')
      expect(versions.map(({ version, state, label }) => [version, state, label])).toEqual([
        [2, 'completed', 'tunes'],
        [1, 'completed', 'tunes'],
      ])
      expect(new Set(versions.map(({ uuid }) => uuid)).size).toBe(1)

      await expectSuccess(world.run(['checkpoint', 'release-1', 'prod.yaml', '--yes']))
      const taken = await world.run(['checkpoint', 'release-1', 'prod.yaml', '--yes'])
      expect([taken.exitCode, taken.stderr]).toEqual([1, expect.stringContaining('CHECKPOINT_TAKEN')])
      const list = await expectSuccess(world.run(['checkpoints', 'prod.yaml']))
      expect(list.stdout).toMatch(/release-1 .* complete +2 of 2/)
      await inside('prod.yaml', 'rm /srv/*/bytes /srv/*/seed')

      await expectSuccess(world.run(['apply', 'copy.yaml', '--checkpoint', 'prod/release-1', '--yes']))
      expect((await inside('copy.yaml', sums)).stdout).toBe(first.stdout)
      await isSettled('copy.yaml')

      await expectSuccess(world.run(['apply', 'prod.yaml', '--checkpoint', 'release-1', '--yes']))
      expect((await inside('prod.yaml', sums)).stdout).toBe(first.stdout)
      await isSettled('prod.yaml')
      await expectExit(world.run(['apply', 'prod.yaml', '--checkpoint', 'release-2', '--yes']), 1)
    },
  )

  it.concurrent('move a volume to another zone; killed in between, the next apply goes on', async () => {
    await expectSuccess(world.run(['apply', 'mover.yaml', '--yes']))
    await inside('mover.yaml', fill('/srv/data', 'only'))
    const before = await inside('mover.yaml', sums)

    const killed = await world.run(['apply', 'moved.yaml', '--yes'], {
      onStderr: (text, kill) => {
        if (/volume\.data +supersede-volume … done/.test(text)) kill('SIGKILL')
      },
    })
    expect(killed.exitCode).not.toBe(0)
    await expectSuccess(world.run(['apply', 'moved.yaml', '--yes']))
    expect((await inside('moved.yaml', sums)).stdout).toBe(before.stdout)
    await isSettled('moved.yaml')

    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['mover'] }]
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
    // EC2 shows for a while what it deletes.
    const kept = Volumes.filter(({ State }) => State !== 'deleting')
    const data = kept.filter(({ Tags = [] }) => Tags.some(({ Value }) => Value === 'volume.data'))
    expect(data.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(['us-east-1b'])
    const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))
    // One by which the volume moved, and one of the root disk of the server that was replaced with it.
    const addressOf = ({ Tags = [] }: (typeof Snapshots)[number]) =>
      Tags.find(({ Key }) => Key === 'evenkeel:address')?.Value
    expect(Snapshots.map((snapshot) => `${addressOf(snapshot)} ${snapshot.State}`).toSorted()).toEqual([
      'server.web completed',
      'volume.data completed',
    ])
  })

  it.concurrent('that end in error keep what they were to save, and the next apply takes another', async () => {
    await expectSuccess(world.run(['apply', 'breaker.yaml', '--yes']))
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['breaker'] }]
    const volumes = async () => {
      const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
      return Volumes.filter(({ State }) => State === 'available')
    }
    const [{ VolumeId = '' } = {}] = await volumes()
    // What the volume holds cannot be read for a while.
    const content = join(sandboxDisks(join(world.directory, 'sandbox')), 'volumes', `${VolumeId}.img`)
    renameSync(content, `${content}.away`)
    const failed = await expectExit(world.run(['apply', 'removed.yaml', '--yes']), 1)
    expect(failed.stdout + failed.stderr).toContain('EC2_SNAPSHOT_FAILED')
    expect((await volumes()).map((volume) => volume.VolumeId)).toEqual([VolumeId])

    renameSync(`${content}.away`, content)
    await expectSuccess(world.run(['apply', 'removed.yaml', '--yes']))
    expect(await volumes()).toEqual([])
    const states = (await snapshotsOf('removed.yaml')).map(({ state, version }) => [version, state])
    expect(states).toEqual([
      [2, 'completed'],
      [1, 'error'],
    ])
  })
})
