import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const head = (stack: string, more = '') => `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a${more} }
`

describe.skipIf(noHostsBecause !== undefined)(`volumes${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('volumes')
  })
  afterAll(() => world?.remove())

  const write = (file: string, text: string) => world.write({ [file]: text })
  const apply = (file: string) => expectSuccess(world.run(['apply', file, '--yes']))
  const expectSettled = (file: string) => expectExit(world.run(['plan', file, '--detailed-exitcode']), 0)
  const inside = async (file: string, script: string, server = 'web') =>
    (await expectSuccess(world.run(['exec', '-f', file, server, '--', 'sudo', 'sh', '-ec', script]))).stdout
  const volumeIds = async (stack: string, ...addresses: string[]) => {
    const Filters = [
      { Name: 'tag:evenkeel:stack', Values: [stack] },
      { Name: 'tag:evenkeel:address', Values: addresses.length > 0 ? addresses : ['volume.data', 'volume.other'] },
    ]
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
    return Volumes.map(({ VolumeId = '' }) => VolumeId)
  }
  const volumeIdOf = async (stack: string, address: string) => (await volumeIds(stack, address))[0] ?? ''

  it.concurrent('change mount point, options, owner and mode in place, and move to another server', async () => {
    const text = (volume: string) => `${head('mover', ', count: 2')}volumes:\n  data: { size: 1, ${volume} }\n`
    write('mover.yaml', text("server: 'web[0]', mount: /srv/old"))
    await apply('mover.yaml')
    const before = await volumeIds('mover')
    await inside('mover.yaml', 'echo kept > /srv/old/file; cd /srv/old; nohup sleep 300 > /dev/null 2>&1 &', 'web[0]')

    write(
      'mover.yaml',
      text("server: 'web[0]', mount: /srv/new, options: noatime, owner: 'daemon:daemon', mode: '0750'"),
    )
    const { stdout } = await expectExit(world.run(['apply', 'mover.yaml', '--yes']), 1)
    expect(stdout).toMatch(/\/srv\/old .*is in use: sleep 300 \(pid \d+, user root\): working directory \/srv\/old/)
    expect(await inside('mover.yaml', 'cat /srv/old/file', 'web[0]')).toBe('kept\n')
    await inside('mover.yaml', 'pkill sleep', 'web[0]')
    await apply('mover.yaml')
    await expectSettled('mover.yaml')
    expect(
      await inside(
        'mover.yaml',
        'cat /srv/new/file; stat -c %U:%G:%a /srv/new; findmnt -no OPTIONS /srv/new',
        'web[0]',
      ),
    ).toMatch(/^kept\ndaemon:daemon:750\n.*noatime/)

    write('mover.yaml', text("server: 'web[1]', mount: /srv/new"))
    await apply('mover.yaml')
    await expectSettled('mover.yaml')
    expect(await inside('mover.yaml', 'cat /srv/new/file', 'web[1]')).toBe('kept\n')
    expect(await inside('mover.yaml', 'grep -c evenkeel /etc/fstab || true', 'web[0]')).toBe('0\n')
    expect(await volumeIds('mover')).toEqual(before)
  })

  it.concurrent('survive the replacement of their server, also when the run is killed in the middle', async () => {
    const text = `${head('phoenix')}volumes:\n  data: { size: 1, server: web, mount: /srv/data }\n`
    write('phoenix.yaml', text)
    await apply('phoenix.yaml')
    const before = await volumeIds('phoenix')
    await inside('phoenix.yaml', 'echo kept > /srv/data/file')
    write('phoenix.yaml', text.replace('debian-12-amd64-*', 'debian-13-amd64-*'))
    const killed = await world.run(['apply', 'phoenix.yaml', '--yes'], {
      onStderr: (progress, kill) => {
        if (/detach-volume … done/.test(progress)) kill('SIGKILL')
      },
    })
    expect(killed.exitCode).not.toBe(0)
    await apply('phoenix.yaml')
    await expectSettled('phoenix.yaml')
    expect(await inside('phoenix.yaml', 'cat /srv/data/file')).toBe('kept\n')
    expect(await volumeIds('phoenix')).toEqual(before)
  })

  it.concurrent('are prepared without being mounted, and wait in a pool without a server', async () => {
    const text = (volume: string) =>
      `${head('pool')}volumes:\n  data: { size: 1, zone: us-east-1a, fstype: xfs, label: pool, ${volume} }\n`
    write('pool.yaml', text('server: web, unmounted: true'))
    await apply('pool.yaml')
    await expectSettled('pool.yaml')
    expect(
      await inside(
        'pool.yaml',
        'blkid -p -o value -s LABEL -s TYPE /dev/nvme1n1; grep -c evenkeel /etc/fstab || true; findmnt /dev/nvme1n1 || echo unmounted',
      ),
    ).toBe('pool\nxfs\n0\nunmounted\n')
    write('pool.yaml', text('server: web, mount: /srv/pool'))
    await apply('pool.yaml')
    await expectSettled('pool.yaml')
    await inside('pool.yaml', 'echo kept > /srv/pool/file')

    write('pool.yaml', text('server: web, unmounted: true'))
    await apply('pool.yaml')
    await expectSettled('pool.yaml')
    expect(
      await inside('pool.yaml', 'grep -c evenkeel /etc/fstab || true; findmnt /dev/nvme1n1 || echo unmounted'),
    ).toBe('0\nunmounted\n')

    write('pool.yaml', text(''))
    await apply('pool.yaml')
    await expectSettled('pool.yaml')
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ VolumeIds: await volumeIds('pool') }))
    expect(Volumes.map(({ State }) => State)).toEqual(['available'])

    write('pool.yaml', text('server: web, mount: /srv/pool'))
    await apply('pool.yaml')
    expect(await inside('pool.yaml', 'cat /srv/pool/file')).toBe('kept\n')
  })

  it.concurrent('grow together with the partition that they were divided into by hand', async () => {
    write(
      'grower.yaml',
      `${head('grower')}volumes:\n  data: { size: 1, server: web, fstype: raw }\n  other: { size: 1, server: web, mount: /srv/other }\n`,
    )
    await apply('grower.yaml')
    const data = await volumeIdOf('grower', 'volume.data')
    await inside(
      'grower.yaml',
      `device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${data.replace('-', '')}
      printf 'label: gpt\\n,\\n' | sfdisk -q --no-reread --no-tell-kernel "$device"
      for turn in 1 2 3 4 5 6 7 8 9 10; do [ -b "$device-part1" ] && break; sleep 0.2; done
      sleep 0.5
      mkfs.ext4 -q "$device-part1"`,
    )
    const text = (size: number) =>
      `${head('grower')}volumes:\n  data: { size: ${size}, server: web, fstype: ext4, mount: /srv/data, volumeId: ${data} }\n  other: { size: ${size}, server: web, mount: /srv/other }\n`
    write('grower.yaml', text(1))
    await apply('grower.yaml')
    await inside('grower.yaml', 'echo kept > /srv/data/file')
    write('grower.yaml', text(2))
    await apply('grower.yaml')
    await expectSettled('grower.yaml')
    const size = await inside('grower.yaml', 'df -BM --output=size /srv/data | tail -n 1; cat /srv/data/file')
    expect(Number.parseInt(size)).toBeGreaterThan(1800)
    expect(size).toContain('kept')
  })

  it.concurrent('that a kernel cannot use are refused before anything is made, swap in a sandbox too', async () => {
    const text = (volumes: string) => `${head('kernel')}${volumes}`
    // Of a new server nobody knows the kernel: it is told right before mkfs, and the volume stays blank.
    write('kernel.yaml', text('volumes:\n  data: { size: 1, server: web, fstype: jfs }\n'))
    const { stdout } = await expectExit(world.run(['apply', 'kernel.yaml', '--yes']), 1)
    expect(stdout).toMatch(/The kernel of server\.web cannot use jfs, so no filesystem was made/)
    expect(await inside('kernel.yaml', 'blkid -p /dev/nvme1n1 || echo blank')).toBe('blank\n')
    write('kernel.yaml', text('volumes:\n  data: { size: 1, server: web, fstype: ext4 }\n'))
    await apply('kernel.yaml')
    await expectSettled('kernel.yaml')

    const before = await volumeIds('kernel')
    const kept = '  data: { size: 1, server: web, fstype: ext4 }\n'
    for (const fstype of ['reiserfs', 'swap']) {
      write('kernel.yaml', text(`volumes:\n${kept}  other: { size: 1, server: web, fstype: ${fstype} }\n`))
      const refused = await expectExit(world.run(['apply', 'kernel.yaml', '--yes']), 1)
      expect(refused.stdout + refused.stderr).toContain(`the kernel of server.web cannot use ${fstype}`)
      expect(await volumeIds('kernel')).toEqual(before)
    }
    write('kernel.yaml', text(`volumes:\n${kept}  other: { size: 1, server: web, fstype: vfat, unmounted: true }\n`))
    await apply('kernel.yaml')
    write('kernel.yaml', text(`volumes:\n${kept}  other: { size: 2, server: web, fstype: vfat, unmounted: true }\n`))
    const grown = await expectExit(world.run(['plan', 'kernel.yaml']), 1)
    expect(grown.stdout + grown.stderr).toContain('a vfat filesystem cannot be made larger')
  })

  it.concurrent('on a server of a Xen type are found by the name under which they are attached', async () => {
    const text = (volumes: string) => `
evenkeel: 1
stack: xen
target: sandbox
servers:
  web: { image: ${image}, type: t2.micro, zone: us-east-1a }
volumes:
  data: { size: 1, server: web, mount: /srv/data }
${volumes}`
    write('xen.yaml', text(''))
    await apply('xen.yaml')
    await expectSettled('xen.yaml')
    write('xen.yaml', text('  other: { size: 1, server: web, mount: /srv/other }\n'))
    await apply('xen.yaml')
    await expectSettled('xen.yaml')
    expect(await inside('xen.yaml', 'findmnt -no SOURCE /srv/data; findmnt -no SOURCE /srv/other')).toMatch(/xvd/)
  })
})
