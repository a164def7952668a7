import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const head = (stack: string) => `evenkeel: 1\nstack: ${stack}\ntarget: sandbox\n`

/** What the command line can be told, against EC2's half alone. */
describe('words of the command line', () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('words', ['--hosts', 'none'])
  })
  afterAll(() => world?.remove())

  const apply = (file: string, ...words: readonly string[]) =>
    expectSuccess(world.run(['apply', file, '--yes', ...words]))
  const volumesOf = async (stack: string) => {
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
    return Volumes.filter(({ State }) => State === 'available').map(({ Size, Tags = [] }) => ({
      size: Size,
      tags: Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, Value])),
    }))
  }

  it('--var-file gives variables their values, the last file counts, and --var before all', async () => {
    world.write({
      'sized.yaml': `${head('sized')}variables: { size: { type: integer } }\nvolumes: { data: { size: '\${var.size}' } }\n`,
      'three.yaml': 'size: 3\n',
      'four.json': '{ "size": 4 }\n',
      'list.yaml': '[1]\n',
    })
    const sizeWith = async (...words: readonly string[]) => {
      const { stdout } = await expectSuccess(world.run(['plan', 'sized.yaml', '--json', ...words]))
      return /"path": "size",\s*"before": null,\s*"after": (\d+)/.exec(stdout)?.[1]
    }
    expect(await sizeWith('--var-file', 'three.yaml')).toBe('3')
    expect(await sizeWith('--var-file', 'three.yaml', '--var-file', 'four.json')).toBe('4')
    expect(await sizeWith('--var', 'size=5', '--var-file', 'four.json')).toBe('5')
    await expectExit(world.run(['plan', 'sized.yaml']), 1)
    const { stderr } = await expectExit(world.run(['plan', 'sized.yaml', '--var-file', 'list.yaml']), 1)
    expect(stderr).toContain('list.yaml')
  })

  it('--target sandbox takes the place of what the file says', async () => {
    world.write({
      'far.yaml': `${head('far').replace('sandbox', '{ region: eu-central-1 }')}volumes: { data: { size: 1, zone: us-east-1a } }\n`,
    })
    await apply('far.yaml', '--target', 'sandbox')
    expect(await volumesOf('far')).toHaveLength(1)
    await expectSuccess(world.run(['destroy', 'far.yaml', '--yes', '--target', 'sandbox']))
  })

  it('--markdown says the plan for a pull request', async () => {
    world.write({ 'shown.yaml': `${head('shown')}volumes: { data: { size: 1 } }\n` })
    const { stdout } = await expectExit(world.run(['plan', 'shown.yaml', '--markdown', '--detailed-exitcode']), 2)
    expect(stdout).toMatch(/^#+ .*shown/m)
    expect(stdout).toContain('volume.data')
    expect(stdout).not.toContain('\u001B')
  })

  it('--checks forbids by the words of a rule, a plan, an apply and an apply of a saved plan, and saves none', async () => {
    world.write({
      'checked.yaml': `${head('checked')}volumes: { data: { size: 1 } }\n`,
      'policy.yaml': 'checks: 1\nrules: [{ name: small, message: no volumes here, when: change.type == "volume" }]\n',
      'wrong.yaml': 'checks: 1\nrules: [{ name: small, message: m, when: change.typ == "volume" }]\n',
    })
    const forbidden = await expectExit(
      world.run(['plan', 'checked.yaml', '--checks', 'policy.yaml', '--out', 'forbidden.json']),
      1,
    )
    expect(forbidden.stdout).toContain('Forbidden: volume.data: no volumes here [small]')
    expect(existsSync(join(world.directory, 'forbidden.json'))).toBe(false)
    await expectSuccess(world.run(['plan', 'checked.yaml', '--out', 'allowed.json']))
    for (const what of ['checked.yaml', 'allowed.json']) {
      const { stderr } = await expectExit(world.run(['apply', what, '--yes', '--checks', 'policy.yaml']), 1)
      expect(stderr).toContain('CHECKS_DENIED')
    }
    expect(await volumesOf('checked')).toEqual([])
    await apply('checked.yaml')
    for (const whose of [['checked.yaml'], ['--stack', 'checked', '--target', 'sandbox']]) {
      const { stderr } = await expectExit(world.run(['destroy', ...whose, '--yes', '--checks', 'policy.yaml']), 1)
      expect(stderr).toContain('CHECKS_DENIED')
    }
    expect(await volumesOf('checked')).toHaveLength(1)
    const wrong = await expectExit(world.run(['plan', 'checked.yaml', '--checks', 'wrong.yaml']), 1)
    expect(wrong.stderr).toContain('wrong.yaml:2:')
    const inside = await expectExit(world.run(['plan', 'checked.yaml', '--checks', 'checked.yaml']), 1)
    expect(inside.stderr).toContain('CHECKS_INSIDE')
  })

  it('--format prints JUnit and SARIF, also of a file with mistakes', async () => {
    world.write({ 'told.yaml': `${head('told')}volumes: { data: { size: 1 } }\n`, 'mistaken.yaml': 'evenkeel: 1\n' })
    const junit = await expectSuccess(world.run(['plan', 'told.yaml', '--format', 'junit']))
    expect(junit.stdout).toContain('classname="evenkeel.plan.CHANGE_CREATE" name="volume.data"')
    const sarif = await expectExit(world.run(['validate', 'mistaken.yaml', '--format', 'sarif']), 1)
    expect((JSON.parse(sarif.stdout) as { version: string }).version).toBe('2.1.0')
    expect(sarif.stdout).toContain('SPEC_MISSING_KEY')
    const two = await expectExit(world.run(['drift', 'told.yaml', '--json', '--markdown']), 1)
    expect(two.stderr).toContain('--json and --markdown')
  })

  it('--update-images changes nothing where the image is the newest, and knows the servers of the file alone', async () => {
    const stack = (of: string) => `${head('old')}servers: { web: { image: ${of}, type: t3.small } }\n`
    world.write({ 'old.yaml': stack(image) })
    await apply('old.yaml')
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['old'] }]
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({ Filters }))
    const [{ InstanceId = '', Tags = [] } = {}] = Reservations.flatMap(({ Instances = [] }) => Instances)
    expect(InstanceId).not.toBe('')
    expect(Tags.length).toBeGreaterThan(0)
    // The image is the newest: being asked for changes nothing.
    await expectExit(world.run(['plan', 'old.yaml', '--update-images', 'server.web', '--detailed-exitcode']), 0)
    const { stderr } = await expectExit(world.run(['plan', 'old.yaml', '--update-images', 'server.none']), 1)
    expect(stderr).toContain('server.none')
    await expectSuccess(world.run(['destroy', 'old.yaml', '--yes']))
  })

  it('a subnet that the file names is where a server comes to lie', async () => {
    const { Subnets = [] } = await world.client.send(new DescribeSubnetsCommand({}))
    const wanted = Subnets.find(({ AvailabilityZone }) => AvailabilityZone === 'us-east-1c')?.SubnetId ?? ''
    await world.client.send(new CreateTagsCommand({ Resources: [wanted], Tags: [{ Key: 'tier', Value: 'inner' }] }))
    world.write({
      'placed.yaml': `${head('placed')}servers:
  one: { image: ${image}, type: t3.small, subnet: ${wanted} }
  two: { image: ${image}, type: t3.small, subnet: { tag: tier=inner } }
`,
    })
    await apply('placed.yaml')
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['placed'] }]
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({ Filters }))
    const subnets = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ SubnetId }) => SubnetId))
    expect(subnets).toEqual([wanted, wanted])
    await expectExit(world.run(['plan', 'placed.yaml', '--detailed-exitcode']), 0)
    await expectSuccess(world.run(['destroy', 'placed.yaml', '--yes']))
  })

  it('a volume that leaves the file is kept, snapshotted or deleted as its own word says', async () => {
    const volumes = `volumes:
  kept: { size: 1, onRemove: retain, reuse: true }
  saved: { size: 2 }
  gone: { size: 3, onRemove: delete }
`
    world.write({ 'left.yaml': `${head('left')}${volumes}`, 'empty.yaml': head('left') })
    await apply('left.yaml')
    expect(await volumesOf('left')).toHaveLength(3)
    await apply('empty.yaml')
    const left = await volumesOf('left')
    expect(left).toMatchObject([{ size: 1, tags: { 'evenkeel:address': 'volume.kept' } }])
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['left'] }]
    const { Snapshots = [] } = await world.client.send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))
    expect(Snapshots.map(({ VolumeSize }) => VolumeSize)).toEqual([2])
    await expectExit(world.run(['plan', 'empty.yaml', '--detailed-exitcode']), 0)
    // The kept one is taken back, not made again.
    await apply('left.yaml')
    expect((await volumesOf('left')).filter(({ size }) => size === 1)).toHaveLength(1)
  })
})

describe('the sandbox’s own commands', () => {
  it('env lets any client in, and reset leaves nothing of its world', async () => {
    const world = await startSandboxWorld('reset', ['--hosts', 'none'])
    try {
      const { stdout } = await expectSuccess(world.run(['sandbox', 'env']))
      const env = Object.fromEntries(
        [...stdout.matchAll(/^export (\w+)='([^']*)'$/gm)].map(([, name, value]) => [name, value]),
      ) as Record<string, string>
      expect(stdout).toMatch(/^unset AWS_SESSION_TOKEN AWS_PROFILE$/m)
      expect(env['AWS_URL']).toBe(env['AWS_ENDPOINT_URL'])
      const client = new EC2Client({
        endpoint: env['AWS_ENDPOINT_URL'] ?? '',
        region: env['AWS_REGION'] ?? '',
        credentials: {
          accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
          secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
        },
      })
      world.write({ 'stack.yaml': `${head('wiped')}volumes: { data: { size: 1 } }\n` })
      await expectSuccess(world.run(['apply', '--yes']))
      expect((await client.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1)
      client.destroy()
      await expectSuccess(world.run(['sandbox', 'reset']))
      expect(existsSync(join(world.directory, 'sandbox', 'world'))).toBe(false)
      expect((await expectSuccess(world.run(['sandbox', 'status']))).stdout).toContain('No sandbox runs')
      await expectSuccess(world.run(['sandbox', 'up', '--hosts', 'none']))
      await expectExit(world.run(['plan', '--detailed-exitcode']), 2)
    } finally {
      await world.remove()
    }
  })
})
