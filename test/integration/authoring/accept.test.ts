import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  RevokeSecurityGroupIngressCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { image } from '../../support/stacks.js'

const base = `evenkeel: 1
# what all have
tags: { team: web }
variables: { size: { type: integer, default: 2 } }
securityGroups:
  web:
    ingress:
      # from here
      - { port: 22, from: my-ip }
      - { port: 80, from: 0.0.0.0/0 } # everybody
  inner: { ingress: [ { port: all,  from: securityGroup.web } ] }
servers:
  web: # the site
    image: ${image}
    type: t3.small   # small
    securityGroups: [web]
    tags:
      role: front # of the site
  pair: { count: 2, image: ${image}, type: t3.small, securityGroups: [ web ] }
volumes:
  data: { size: 3, type: gp3 } # of the site
  fixed: { size: '\${var.size}' }
`
const file = base.replace('evenkeel: 1', 'evenkeel: 1\nstack: accepted\ntarget: sandbox')

describe('evenkeel accept', () => {
  let world: SandboxWorld
  beforeAll(async () => {
    world = await startSandboxWorld('accept', ['--hosts', 'none'])
    world.write({ 'stack.yaml': file })
    await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
  })
  afterAll(() => world?.remove())

  const read = (name = 'stack.yaml') => readFileSync(join(world.directory, name), 'utf8')
  const owned = (address: string) => [
    { Name: 'tag:evenkeel:stack', Values: ['accepted'] },
    { Name: 'tag:evenkeel:address', Values: [address] },
  ]
  const idOf = async (address: string): Promise<string> => {
    const Filters = owned(address)
    if (address.startsWith('volume.')) {
      return (await world.client.send(new DescribeVolumesCommand({ Filters }))).Volumes?.[0]?.VolumeId ?? ''
    }
    if (address.startsWith('securityGroup.')) {
      const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({ Filters }))
      return SecurityGroups[0]?.GroupId ?? ''
    }
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({ Filters }))
    return Reservations[0]?.Instances?.[0]?.InstanceId ?? ''
  }
  const retyped = async (address: string, Value: string) => {
    const InstanceId = await idOf(address)
    await world.client.send(new StopInstancesCommand({ InstanceIds: [InstanceId], Force: true }))
    for (let state = ''; state !== 'stopped';) {
      const { Reservations } = await world.client.send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }))
      state = Reservations?.[0]?.Instances?.[0]?.State?.Name ?? ''
    }
    await world.client.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value } }))
  }
  const resized = async (VolumeId: string | undefined, Size: number, Iops?: number) => {
    await world.client.send(new ModifyVolumeCommand({ VolumeId, Size, ...(Iops !== undefined && { Iops }) }))
    for (let size = 0; size !== Size;) {
      const { Volumes } = await world.client.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId ?? ''] }))
      size = Volumes?.[0]?.Size ?? 0
    }
  }
  /** What the file becomes, and that nothing is left to be done. */
  const expectAccepted = async (address: string, ...changes: readonly (readonly [string, string])[]) => {
    const before = read()
    const { stderr } = await expectSuccess(world.run(['accept', address, '--yes']))
    expect(stderr).toBe('')
    expect(read()).toBe(changes.reduce((text, [from, to]) => text.replace(from, to), before))
    await expectSuccess(world.run(['plan', '--detailed-exitcode']))
    const { stdout } = await expectSuccess(world.run(['drift', '--json']))
    expect(JSON.parse(stdout)).toMatchObject({ status: 'in-sync' })
  }

  it('a type, a state and tags of a server', async () => {
    chmodSync(join(world.directory, 'stack.yaml'), 0o640)
    await retyped('server.web', 't3.medium')
    const Resources = [await idOf('server.web')]
    await world.client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'role', Value: 'yes' }] }))
    await expectAccepted(
      'server.web',
      ['type: t3.small   # small', 'type: t3.medium   # small'],
      ['role: front # of the site\n', "role: 'yes' # of the site\n    state: stopped\n"],
    )
    expect(statSync(join(world.directory, 'stack.yaml')).mode & 0o777).toBe(0o640)
  })

  it('a tag of the whole stack is said over at the entry', async () => {
    const Resources = [await idOf('volume.data')]
    await world.client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'team', Value: 'data' }] }))
    await expectAccepted('volume.data', ['{ size: 3, type: gp3 }', '{ size: 3, type: gp3, tags: { team: data } }'])
  })

  it('size and IOPS of a volume', async () => {
    await resized(await idOf('volume.data'), 8, 3500)
    await expectAccepted('volume.data', ['size: 3, ', 'size: 8, '], ['team: data } }', 'team: data }, iops: 3500 }'])
  })

  it('doors that were opened and closed', async () => {
    const GroupId = await idOf('securityGroup.web')
    const rule = (port: number, CidrIp: string) => [
      { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] },
    ]
    await world.client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: rule(80, '0.0.0.0/0') }))
    const opened = rule(443, '10.0.0.0/8')
    await world.client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: opened }))
    await expectAccepted('securityGroup.web', [
      '- { port: 80, from: 0.0.0.0/0 } # everybody\n',
      '- { port: 443, from: 10.0.0.0/8 }\n',
    ])
  })

  it('the groups of a server', async () => {
    const Groups = [await idOf('securityGroup.web'), await idOf('securityGroup.inner')]
    const InstanceId = await idOf('server.web')
    await world.client.send(new ModifyInstanceAttributeCommand({ InstanceId, Groups }))
    await expectAccepted('server.web', ['securityGroups: [web]', 'securityGroups: [web, inner]'])
  })

  it('what a variable says, and what one member of a count alone has, are told and not written', async () => {
    await resized(await idOf('volume.fixed'), 9)
    await retyped('server.pair[0]', 't3.large')
    const before = read()
    const one = await expectExit(world.run(['accept', 'volume.fixed', '--yes']), 1)
    expect(one.stderr).toContain('Not volume.fixed size: the variable `size` says it')
    const other = await expectExit(world.run(['accept', 'server.pair[0]', '--yes']), 1)
    expect(other.stderr).toContain('Not server.pair[0] type: the 2 members share the word of their entry')
    expect(read()).toBe(before)
    await retyped('server.pair[1]', 't3.large')
    await expectSuccess(world.run(['accept', 'server.pair[1]', '--yes']))
    world.write({ 'stack.yaml': read().replace('default: 2 }', 'default: 9 }') })
    await expectSuccess(world.run(['apply', '--yes']))
    expect(read()).toContain(
      'pair: { count: 2, image: ' + image + ', type: t3.large, securityGroups: [ web ], state: stopped }',
    )
  })

  it('what nobody moved, and what nobody has, is told; nothing is written without a yes', async () => {
    const before = read()
    expect((await expectExit(world.run(['accept', 'server.web', '--yes']), 1)).stderr).toContain(
      'Nothing has drifted at',
    )
    expect((await expectExit(world.run(['accept', 'volume.nine', '--yes']), 1)).stderr).toContain('volume.nine')
    const Resources = [await idOf('server.web')]
    await world.client.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'role', Value: 'x' }] }))
    const { stdout, stderr } = await expectExit(world.run(['accept', 'server.web']), 1)
    expect(stdout).toContain("-       role: 'yes' # of the site")
    expect(stdout).toContain('+       role: x # of the site')
    expect(stderr).toContain('NOT_CONFIRMED')
    expect(read()).toBe(before)
    await expectAccepted('server.web', ["role: 'yes'", 'role: x'])
  })

  it('what is gone is taken out by hand', async () => {
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [await idOf('server.pair[1]')] }))
    const { stderr } = await expectExit(world.run(['accept', 'server.pair[1]', '--yes']), 1)
    expect(stderr).toMatch(/Not server\.pair\[1\] exists: /)
  })

  it('is written into the file that extends, over what its base says', async () => {
    world.write({
      'base.yaml': base.replace('securityGroups: [ web ]', 'securityGroups: [web]'),
      'prod.yaml':
        'evenkeel: 1\nstack: extended\ntarget: sandbox\nextends: ./base.yaml\n# ours\nservers:\n  pair: # none\n',
    })
    await expectSuccess(world.run(['apply', 'prod.yaml', '--yes']))
    const Filters = [
      { Name: 'tag:evenkeel:stack', Values: ['extended'] },
      { Name: 'tag:evenkeel:address', Values: ['volume.data'] },
    ]
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
    await resized(Volumes[0]?.VolumeId, 7)
    const before = read('prod.yaml')
    const { stderr } = await expectSuccess(world.run(['accept', 'volume.data', '-f', 'prod.yaml', '--yes']))
    expect(stderr).toContain('written into prod.yaml alone')
    expect(read('prod.yaml')).toBe(`${before}volumes:\n  data:\n    size: 7\n`)
    await expectSuccess(world.run(['plan', 'prod.yaml', '--detailed-exitcode']))
  })
})
