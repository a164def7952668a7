import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const servers = `
evenkeel: 1
stack: blocks
target: sandbox
servers:
  left: { image: ${image}, type: t3.small, zone: us-east-1a }
  right: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  one: { server: left, size: 1, mount: /srv/one }
  disk: { server: left, size: 1, fstype: raw }
  precious: { server: right, size: 1, mount: /srv/precious }
`
const copies = `
  twin: { server: right, size: 1, fstype: raw }
  two: { server: right, size: 1, mount: /srv/two, owner: root }
sync:
  disk: { from: volume.disk, to: volume.twin, method: blocks }
`
const music = '  music: { from: volume.one, to: volume.two, method: blocks }\n'

describe.skipIf(noHostsBecause !== undefined)(`copies${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('blocks')
    world.write({ 'stack.yaml': servers })
    await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
    const { id } = await volume('disk')
    await Promise.all([
      inside('left', `head -c 480M /dev/urandom > /dev/disk/by-id/${linkOf(id)}`),
      inside('left', 'cd /srv/one; head -c 40M /dev/urandom > data; sha256sum < data > sum'),
      inside('right', 'echo do not lose this > /srv/precious/diary.txt'),
    ])
  })
  afterAll(() => world?.remove())

  const inside = (server: string, script: string) =>
    expectSuccess(world.run(['exec', '-f', 'stack.yaml', server, '--', 'sudo', 'sh', '-ec', script]))
  const expectSettled = () => expectSuccess(world.run(['plan', 'stack.yaml', '--detailed-exitcode']))
  const volume = async (name: string) => {
    const Filters = [{ Name: 'tag:evenkeel:address', Values: [`volume.${name}`] }]
    const [found] = (await world.client.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? []
    return {
      id: found?.VolumeId ?? '',
      tags: Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    }
  }
  const digestOf = async (server: string, name: string) => {
    const link = linkOf((await volume(name)).id)
    const { stdout } = await inside(
      server,
      `blockdev --flushbufs /dev/disk/by-id/${link}; sha256sum < /dev/disk/by-id/${link}`,
    )
    return stdout.trim()
  }

  it('of blocks are finished after a kill, sending what is missing, and then nothing is left to do', async () => {
    world.write({ 'stack.yaml': `${servers}${copies.replace(/ *two:.*\n/, '')}` })
    await world.run(['apply', 'stack.yaml', '--yes', '--json'], {
      onStdout: (text, kill) => /copy-blocks:sync\.disk".* MiB of \d+ MiB copied/.test(text) && kill('SIGKILL'),
    })
    expect((await volume('twin')).tags['evenkeel:sync:disk']).toMatch(/^copying /)

    world.write({ 'stack.yaml': `${servers}${copies}${music}` })
    const { stdout: plan } = await expectSuccess(world.run(['plan', 'stack.yaml', '--steps']))
    expect(plan).toMatch(/unmount-volume +volume\.one/)
    expect(plan).not.toMatch(/make-filesystem/)
    const { stdout } = await expectSuccess(world.run(['apply', 'stack.yaml', '--yes', '--json']))
    const [, sent = ''] = /"step":"copy-blocks:sync\.disk","line":"(\d+(?:\.\d+)? \w+) sent/.exec(stdout) ?? []
    expect(sent).toMatch(/MiB$/)
    expect(Number.parseFloat(sent)).toBeLessThan(480)
    await expectSettled()

    const [source, copy] = await Promise.all([digestOf('left', 'disk'), digestOf('right', 'twin')])
    expect(copy).toBe(source)
    await inside('left', 'cd /srv/one && sha256sum < data | cmp - sum')
    await inside('right', 'cd /srv/two && sha256sum < data | cmp - sum')
  }, 600_000)

  it('of blocks are refused where there is no room, or what somebody else wrote', async () => {
    const rule = (to: string, more = '') => `
sync:
  wrong: { from: volume.one, to: volume.${to}, method: blocks${more} }
`
    const small = servers.replace('size: 1, mount: /srv/one', 'size: 2, mount: /srv/one')
    world.write({ 'stack.yaml': `${small}  tiny: { server: right, size: 1 }\n${rule('tiny')}` })
    const noRoom = await world.run(['plan', 'stack.yaml'])
    expect(noRoom.stdout + noRoom.stderr).toContain('PLAN_COPY_NO_ROOM')

    world.write({ 'stack.yaml': `${servers}${rule('precious')}` })
    const foreign = await expectExit(world.run(['apply', 'stack.yaml', '--yes']), 1)
    expect(foreign.stdout + foreign.stderr).toContain('PLAN_COPY_OVERWRITES')
    expect((await inside('right', 'cat /srv/precious/diary.txt')).stdout).toBe('do not lose this\n')

    world.write({ 'stack.yaml': `${servers}${rule('precious', ', overwrite: true')}` })
    const { stdout } = await expectSuccess(world.run(['plan', 'stack.yaml', '--steps']))
    expect(stdout).toMatch(/copy-blocks +sync\.wrong.*DATA LOSS/)
  })

  it('by a clone are made from a snapshot that goes again', async () => {
    world.write({
      'stack.yaml': `${servers}
  clone: { server: left, size: 2, mount: /srv/clone }
sync:
  clone: { from: volume.precious, to: volume.clone, method: clone }
`,
    })
    await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
    expect((await inside('left', 'cat /srv/clone/diary.txt')).stdout).toBe('do not lose this\n')
    await expectSettled()
    const Filters = [{ Name: 'tag:evenkeel:address', Values: ['sync.clone'] }]
    expect((await world.client.send(new DescribeSnapshotsCommand({ Filters }))).Snapshots).toEqual([])

    world.write({
      'stack.yaml': `${servers}
sync:
  clone: { from: volume.one, to: volume.precious, method: clone }
`,
    })
    const refused = await world.run(['plan', 'stack.yaml'])
    expect(refused.stdout + refused.stderr).toMatch(/PLAN_COPY_OVERWRITES[^]*method: blocks/)
  })
})

function linkOf(volumeId: string): string {
  return `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`
}
