import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { image } from '../../support/stacks.js'

const textOf = (more: number) => `evenkeel: 1
stack: web
target: sandbox
servers:
  web: { image: ${image}, type: t3.micro, zone: us-east-1a }
volumes:
  data: { size: 1, zone: us-east-1a, fstype: raw }
${Array.from({ length: more }, (_, index) => `  more${index}: { size: 1, zone: us-east-1a, fstype: raw }\n`).join('')}`

describe('a saved plan of a fleet, and what somebody did by a command of one stack since', () => {
  let world: SandboxWorld
  let more = 0
  const run = (...words: readonly string[]) => world.run(words)
  /** Of those that only the newest file has. */
  const made = async () => {
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
    const addresses = Volumes.flatMap(({ Tags = [] }) => Tags.flatMap(({ Value = '' }) => Value))
    return addresses.filter((address) => address.endsWith(`volume.more${more - 1}`))
  }

  beforeAll(async () => {
    world = await startSandboxWorld('fleet-between', ['--hosts', 'none'])
    world.write({
      'fleet.yaml': "evenkeel: 1\nfleet: between\nstacks:\n  - files: ['*.stack.yaml']\n",
      'web.stack.yaml': textOf(more),
    })
    await expectSuccess(run('apply', 'web.stack.yaml', '--yes'))
    await expectSuccess(run('snapshot', 'volume.data', '--yes'))
  })
  afterAll(() => world?.remove())

  it.each<readonly [string, ...(readonly string[])[]]>([
    ['a server was stopped', ['stop', 'web', '--yes']],
    ['a server was started', ['start', 'web', '--yes']],
    ['a volume was restored', ['restore', 'volume.data', '--version', '1', '--yes']],
    ['a snapshot was taken', ['snapshot', 'volume.data', '--yes']],
    ['the stack was taken away', ['destroy', 'web.stack.yaml', '--yes']],
  ])('is refused where %s', async (_, ...commands) => {
    more += 1
    world.write({ 'web.stack.yaml': textOf(more) })
    await expectExit(run('fleet', 'plan', '--detailed-exitcode'), 2)
    for (const words of commands) await expectSuccess(run(...words))
    // A restore makes what the file has as well.
    const before = await made()
    const { stdout, stderr } = await expectExit(run('fleet', 'apply', '--yes'), 5)
    expect(stdout + stderr).toContain('PLAN_STALE')
    expect(await made()).toEqual(before)
  })

  it('is refused where the stack was applied by itself, as what it says is there already', async () => {
    more += 1
    world.write({ 'web.stack.yaml': textOf(more) })
    await expectExit(run('fleet', 'plan', '--detailed-exitcode'), 2)
    await expectSuccess(run('apply', 'web.stack.yaml', '--yes'))
    const { stdout, stderr } = await expectExit(run('fleet', 'apply', '--yes'), 5)
    expect(stdout + stderr).toContain('PLAN_STALE')
    expect(await made()).toHaveLength(1)
  })
})
