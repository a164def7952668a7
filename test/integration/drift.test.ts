import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
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

const stack = `
evenkeel: 1
stack: drifting
target: sandbox
tags: { team: music }
variables:
  size: { type: integer, default: 1 }
securityGroups:
  web: { description: web, ingress: [{ port: 22, from: my-ip }, { port: 80, from: 0.0.0.0/0 }] }
servers:
  web: { image: ${image}, type: t3.small, securityGroups: [web] }
volumes:
  data: { server: web, size: '\${var.size}', mount: /srv/data }
sync:
  site: { from: ./site/, to: volume.data/site/ }
`

interface DriftJson {
  readonly status: string
  readonly drifted: readonly Entry[]
  readonly pending: readonly Entry[]
}
interface Entry {
  readonly address: string
  readonly diffs: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[]
}

describe.skipIf(noHostsBecause !== undefined)(`drift${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('drift')
    world.write({ 'stack.yaml': stack, 'site/index.html': '<p>hello</p>\n', 'site/about.html': '<p>about</p>\n' })
    await expectSuccess(world.run(['apply', '--yes']))
  })
  afterAll(() => world?.remove())

  const inside = (script: string) => expectSuccess(world.run(['exec', 'web', '--', 'sudo', 'sh', '-c', script]))
  const ids = async () => ({
    server: await serverId(world),
    volume: await volumeId(world),
    group: await groupId(world),
  })

  it('what EC2 has scheduled is a warning of drift and plan, and no drift', async () => {
    const body = JSON.stringify({ instanceId: await serverId(world), code: 'instance-reboot' })
    expect((await fetch(`${world.endpoint}/_evenkeel/events`, { method: 'POST', body })).status).toBe(200)
    const told = 'EC2 will reboot server.web'
    expect((await expectSuccess(world.run(['drift']))).stdout).toContain(told)
    expect((await expectSuccess(world.run(['drift', '--markdown']))).stdout).toContain(told)
    const json = JSON.parse((await expectSuccess(world.run(['drift', '--json']))).stdout) as {
      readonly status: string
      readonly problems: readonly { readonly code: string; readonly severity: string }[]
    }
    expect(json).toMatchObject({ status: 'in-sync', drifted: [] })
    expect(json.problems).toMatchObject([{ code: 'PLAN_SCHEDULED_EVENT', severity: 'warning' }])
    expect((await expectSuccess(world.run(['plan', '--detailed-exitcode']))).stdout).toContain(told)
    const { stdout } = await expectSuccess(world.run(['status', '--no-hosts']))
    expect(stdout).toMatch(/^server\.web: instance-reboot from .*Z to .*Z: The instance is scheduled for a reboot$/m)
    await expectSuccess(world.run(['reboot', 'web', '--yes']))
    expect((await expectSuccess(world.run(['drift']))).stdout).not.toContain(told)
  })

  it.each<{
    readonly name: string
    readonly make: () => Promise<unknown>
    readonly address: string
    readonly path: string
    readonly values: readonly [unknown, unknown]
    /** What the healing may touch beside the address itself. */
    readonly beside?: readonly string[]
  }>([
    {
      name: 'the filesystem is unmounted',
      make: () => inside('umount /srv/data'),
      address: 'volume.data',
      path: 'mount',
      values: ['/srv/data', null],
      // Its destination cannot be looked at, so it is copied to be sure.
      beside: ['sync.site'],
    },
    {
      name: 'the line of fstab is deleted',
      make: () => inside("sed -i '/srv\\/data/d' /etc/fstab"),
      address: 'volume.data',
      path: 'fstab',
      values: [expect.stringMatching(/UUID=.*\/srv\/data/), null],
    },
    {
      name: 'a synced file is changed',
      make: () => inside('echo changed by hand > /srv/data/site/index.html'),
      address: 'sync.site',
      path: 'files',
      values: [expect.anything(), expect.stringMatching(/1 .*chang|chang.* 1|1 file/)],
    },
    {
      name: 'a rule is added to the group',
      make: async () =>
        world.client.send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId: await groupId(world),
            IpPermissions: [
              { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, IpRanges: [{ CidrIp: '198.51.100.0/24' }] },
            ],
          }),
        ),
      address: 'securityGroup.web',
      path: 'ingress',
      values: [null, expect.stringMatching(/8080.*198\.51\.100\.0\/24/)],
    },
    {
      name: 'a tag is changed',
      make: async () =>
        world.client.send(
          new CreateTagsCommand({ Resources: [await serverId(world)], Tags: [{ Key: 'team', Value: 'mars' }] }),
        ),
      address: 'server.web',
      path: 'tags.team',
      values: ['music', 'mars'],
    },
    {
      name: 'the server is stopped',
      make: async () => {
        await world.client.send(new StopInstancesCommand({ InstanceIds: [await serverId(world)] }))
        await until(async () => (await serverState(world)) === 'stopped')
      },
      address: 'server.web',
      path: 'state',
      values: ['running', 'stopped'],
      // What lies on it is looked at again once it runs.
      beside: ['volume.data', 'sync.site'],
    },
    {
      name: 'the volume is detached',
      make: async () => {
        await inside('umount /srv/data')
        await world.client.send(new DetachVolumeCommand({ VolumeId: await volumeId(world) }))
        await until(async () => (await volumeState(world)) === 'available')
      },
      address: 'volume.data',
      path: 'attachment',
      values: ['server.web', null],
      beside: ['sync.site'],
    },
    {
      name: 'the server is terminated',
      make: async () => {
        await world.client.send(new TerminateInstancesCommand({ InstanceIds: [await serverId(world)] }))
        await until(async () => (await volumeState(world)) === 'available')
      },
      address: 'server.web',
      path: 'exists',
      values: [true, false],
      beside: ['volume.data', 'sync.site'],
    },
  ])('$name: it is found, told with both values, and healed with nothing else touched', async (drift) => {
    const before = await ids()
    await drift.make()

    const found = await expectExit(world.run(['drift', '--json']), 2)
    const report = JSON.parse(found.stdout) as DriftJson
    const entry = report.drifted.find(({ address }) => address === drift.address)
    const diff = entry?.diffs.find(({ path }) => path === drift.path)
    expect([diff?.before, diff?.after]).toEqual(drift.values)

    const healed = await expectSuccess(world.run(['apply', '--yes', '--json']))
    const touched = new Set(
      jsonLines(healed.stdout).flatMap(({ event, address }) => (event === 'step-finished' ? [String(address)] : [])),
    )
    for (const address of [drift.address, 'server.web', ...(drift.beside ?? [])]) touched.delete(address)
    expect([...touched]).toEqual([])
    await expectSuccess(world.run(['drift']))
    const after = await ids()
    if (drift.path === 'exists') expect({ ...after, server: before.server }).toEqual(before)
    else expect(after).toEqual(before)
    const page = await inside('cat /srv/data/site/index.html')
    expect(page.stdout).toBe('<p>hello</p>\n')
  })

  it('put and get copy by hand, and delete only where they are told to', async () => {
    world.write({ 'hand/one': '1', 'hand/two': '2' })
    const dry = await expectSuccess(world.run(['put', '--dry-run', '--owner', 'daemon', 'hand/', 'web:/tmp/hand/']))
    expect(dry.stdout).toBe('2 files to create, 0 to change; 2 B to copy:\n  + one\n  + two\nNothing was copied.\n')
    expect((await inside('ls /tmp/hand || :')).stdout).toBe('')
    await expectSuccess(world.run(['put', '--owner', 'daemon', 'hand/', 'web:/tmp/hand/']))
    expect((await inside('stat -c %U /tmp/hand/one')).stdout).toBe('daemon\n')
    await expectSuccess(world.run(['put', 'hand/', 'web:/tmp/hand/']))
    expect((await inside('ls /tmp/hand')).stdout).toBe('one\ntwo\n')
    rmSync(join(world.directory, 'hand/two'))
    await expectSuccess(world.run(['put', 'hand/', 'web:/tmp/hand/']))
    expect((await inside('ls /tmp/hand')).stdout).toBe('one\ntwo\n')
    await expectSuccess(world.run(['put', '--delete', 'hand/', 'web:/tmp/hand/']))
    expect((await inside('ls /tmp/hand')).stdout).toBe('one\n')
    world.write({ 'back/old': 'old' })
    await expectSuccess(world.run(['get', 'web:/tmp/hand/', 'back/']))
    expect(readdirSync(join(world.directory, 'back')).sort()).toEqual(['old', 'one'])
    await expectSuccess(world.run(['get', '--delete', 'web:/tmp/hand/', 'back/']))
    expect(readdirSync(join(world.directory, 'back'))).toEqual(['one'])
  })

  it('a size that the file asks for is pending, and no drift', async () => {
    const pending = await expectExit(world.run(['drift', '--json', '--var', 'size=2']), 3)
    const report = JSON.parse(pending.stdout) as DriftJson
    expect(report).toMatchObject({ status: 'pending', drifted: [] })
    expect(report.pending).toEqual([{ address: 'volume.data', diffs: [{ path: 'size', before: 1, after: 2 }] }])
    await expectSuccess(world.run(['apply', '--yes', '--var', 'size=2']))
    await expectSuccess(world.run(['plan', '--detailed-exitcode', '--var', 'size=2']))
    const blocks = await inside('df --block-size=1M --output=size /srv/data | tail -n 1')
    expect(Number(blocks.stdout)).toBeGreaterThan(1_500)
  })

  it('what could not be read is no "in sync": 4, with what and why', async () => {
    await inside('mv /home/admin/.ssh/authorized_keys /home/admin/.ssh/away')
    const found = await expectExit(world.run(['drift', '--json', '--var', 'size=2']), 4)
    expect(JSON.parse(found.stdout)).toMatchObject({
      status: 'unknown',
      drifted: [],
      unreadable: expect.arrayContaining([expect.objectContaining({ address: 'server.web' })]),
    })
  })
})

function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const ours = [{ Name: 'tag:evenkeel:stack', Values: ['drifting'] }]

async function liveServer({ client }: SandboxWorld) {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ Filters: ours }))
  return Reservations.flatMap(({ Instances }) => Instances ?? []).find(({ State }) => State?.Name !== 'terminated')
}

async function serverId(world: SandboxWorld): Promise<string> {
  return (await liveServer(world))?.InstanceId ?? ''
}

async function serverState(world: SandboxWorld): Promise<string | undefined> {
  return (await liveServer(world))?.State?.Name
}

async function dataVolume({ client }: SandboxWorld) {
  const Filters = [...ours, { Name: 'tag:evenkeel:address', Values: ['volume.data'] }]
  return (await client.send(new DescribeVolumesCommand({ Filters }))).Volumes?.[0]
}

async function volumeId(world: SandboxWorld): Promise<string> {
  return (await dataVolume(world))?.VolumeId ?? ''
}

async function volumeState(world: SandboxWorld): Promise<string | undefined> {
  return (await dataVolume(world))?.State
}

async function groupId({ client }: SandboxWorld): Promise<string> {
  return (await client.send(new DescribeSecurityGroupsCommand({ Filters: ours }))).SecurityGroups?.[0]?.GroupId ?? ''
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 240_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not become so within 4 minutes')
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
}
