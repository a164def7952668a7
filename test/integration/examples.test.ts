import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/source-tree.js'
import { until } from '../support/until.js'
import { expectSuccess, noHostsBecause, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'

const examples = ['hello.yaml', 'music-library.yaml', 'music-archive.yaml', 'web-pair.yaml'] as const
/** Those that need programs of their own. */
const triedElsewhere = ['database-replica.yaml', 'erlang-cluster.yaml', 'web-pool.yaml', 'web-tier.yaml'] as const

describe.skipIf(noHostsBecause !== undefined)(`example stacks${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('examples')
    cpSync(join(root, 'examples/stacks'), world.directory, { recursive: true })
    // Each is a stack of its own, so all of them are applied at once.
    await Promise.all(examples.map((name) => expectSuccess(world.run(['apply', name, '--yes']))))
  })
  afterAll(() => world?.remove())

  it('are all named here', () => {
    const files = readdirSync(join(root, 'examples/stacks')).filter((name) => name.endsWith('.yaml'))
    expect(files.sort()).toEqual([...examples, ...triedElsewhere].sort())
  })

  it.each(examples)('%s: after an apply nothing is left to do, and nothing has drifted', async (name) => {
    const [plan, drift] = await Promise.all([
      expectSuccess(world.run(['plan', name, '--detailed-exitcode'])),
      expectSuccess(world.run(['drift', name, '--json'])),
    ])
    expect(plan.stdout).toMatch(/^No changes/m)
    expect(JSON.parse(drift.stdout)).toMatchObject({ status: 'in-sync', drifted: [], pending: [], unreadable: [] })
  })

  it('hello: the page is on a volume that is mounted, and is in fstab by UUID with nofail', async () => {
    const { target, fstab } = await readMount('hello.yaml', 'hello', '/srv/site')
    expect(target).toMatchObject({ target: '/srv/site', fstype: 'ext4' })
    expect(fstab).toMatch(/^UUID=[0-9a-f-]{36}\s+\/srv\/site\s+ext4\s+\S*nofail/m)
    const page = await expectSuccess(
      world.run(['exec', '-f', 'hello.yaml', 'hello', '--', 'cat', '/srv/site/index.html']),
    )
    const local = await expectSuccess(world.run(['exec', '-f', 'hello.yaml', 'hello', '--', 'ls', '/srv/site']))
    expect(
      local.stdout
        .split('\n')
        .filter((name) => name !== 'lost+found' && name !== '')
        .sort(),
    ).toEqual(readdirSync(join(root, 'examples/stacks/hello')).sort())
    expect(page.stdout).toContain('<')
  })

  it('music-library: the files are there with their bytes, also after the server was stopped and started', async () => {
    const sums = (directory: string) => [
      'sh',
      '-c',
      `cd ${directory} && find . -type f | sort | xargs -d '\\n' sha256sum`,
    ]
    const readSums = async () =>
      (
        await expectSuccess(
          world.run(['exec', '-f', 'music-library.yaml', 'jukebox', '--', ...sums('/srv/music/library')]),
        )
      ).stdout
    const before = await readSums()
    expect(before).toContain('tones/01-c4.wav')
    const { target } = await readMount('music-library.yaml', 'jukebox', '/srv/music')
    expect(target).toMatchObject({ fstype: 'ext3', options: expect.stringContaining('noatime') as string })

    const { stdout } = await expectSuccess(world.run(['show', 'music-library.yaml', '--json', '--no-hosts']))
    const [server] = (JSON.parse(stdout) as { servers: { id: string }[] }).servers
    const InstanceIds = [server?.id ?? '']
    await world.client.send(new StopInstancesCommand({ InstanceIds }))
    await until(async () => (await state('music-library.yaml')) === 'stopped')
    await world.client.send(new StartInstancesCommand({ InstanceIds }))
    await until(async () => (await state('music-library.yaml')) === 'running')
    await until(async () => (await world.run(['drift', 'music-library.yaml'])).exitCode === 0)
    expect(await readSums()).toBe(before)
    expect((await readMount('music-library.yaml', 'jukebox', '/srv/music')).target).toMatchObject({ fstype: 'ext3' })
  })

  it('music-library: onChange made the index of what was copied', async () => {
    const index = await expectSuccess(
      world.run(['exec', '-f', 'music-library.yaml', 'jukebox', '--', 'cat', '/srv/music/index.txt']),
    )
    expect(index.stdout.trim().split('\n')).toHaveLength(5)
  })

  it('web-pair: each serves the other, and the world', async () => {
    const { stdout } = await expectSuccess(world.run(['show', 'web-pair.yaml', '--json', '--no-hosts']))
    const [first] = (JSON.parse(stdout) as { servers: { privateIp: string; publicIp: string }[] }).servers
    const page = await expectSuccess(
      world.run(['exec', '-f', 'web-pair.yaml', 'web[1]', '--', 'perl', 'site/get.pl', first?.privateIp ?? '']),
    )
    expect(page.stdout).toContain('served by')
  })

  async function readMount(file: string, server: string, path: string) {
    const [mount, fstab] = await Promise.all([
      expectSuccess(world.run(['exec', '-f', file, server, '--', 'findmnt', '-J', path])),
      expectSuccess(world.run(['exec', '-f', file, server, '--', 'cat', '/etc/fstab'])),
    ])
    const { filesystems } = JSON.parse(mount.stdout) as { filesystems: Record<string, string>[] }
    return { target: filesystems[0], fstab: fstab.stdout }
  }

  async function state(file: string): Promise<string | undefined> {
    const { stdout } = await expectSuccess(world.run(['show', file, '--json', '--no-hosts']))
    return (JSON.parse(stdout) as { servers: { state: string }[] }).servers[0]?.state
  }
})
