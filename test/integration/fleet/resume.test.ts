import { DescribeSecurityGroupsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'

const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

const stackOf = (name: string, size: number) => `evenkeel: 1
stack: ${name}
target: sandbox
securityGroups:
  web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] }
volumes:
${['a', 'b', 'c', 'd'].map((volume) => `  ${volume}: { zone: us-east-1a, size: ${size}, fstype: raw }\n`).join('')}`

interface Report {
  readonly round: string
  readonly stacks: readonly { id: string; report: { state: string; words: string; text: string } | null }[]
}

describe('a fleet whose apply is cut off', () => {
  let world: SandboxWorld
  const write = (size: number) =>
    world.write(Object.fromEntries(names.map((name) => [`stacks/${name}.stack.yaml`, stackOf(name, size)])))

  beforeAll(async () => {
    world = await startSandboxWorld('fleet-resume', ['--hosts', 'none'])
    world.write({
      'fleet.yaml': `evenkeel: 1
fleet: cut
stacks:
  - files: ["stacks/*.stack.yaml"]
limits:
  - { account: '*', region: '*', atOnce: 2 }
`,
    })
  })
  afterAll(() => world?.remove())

  async function resources(): Promise<{ readonly volumes: number; readonly groups: number; readonly sizes: number[] }> {
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
    const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({}))
    return {
      volumes: Volumes.length,
      groups: SecurityGroups.filter(({ GroupName }) => GroupName !== 'default').length,
      sizes: [...new Set(Volumes.map(({ Size = 0 }) => Size))],
    }
  }

  /** Ends it with `signal` when it has said this so many times; resolves with its exit status. */
  async function cutOff(signal: NodeJS.Signals, words: string, times: number): Promise<number> {
    let said = ''
    let isCut = false
    const { exitCode } = await world.run(['fleet', 'apply', '--yes'], {
      asGroup: true,
      onStderr: (text, kill) => {
        said += text
        if (isCut || said.split(words).length <= times) return
        isCut = true
        kill(signal)
      },
    })
    expect({ isCut, said }).toMatchObject({ isCut: true })
    return exitCode
  }

  async function resumed(): Promise<Report> {
    const { stdout } = await expectSuccess(world.run(['fleet', 'apply', '--resume', '--json']))
    return JSON.parse(stdout) as Report
  }

  it('goes on after kill -9, makes nothing twice, and does not do again what has ended', async () => {
    write(1)
    await expectSuccess(world.run(['fleet', 'plan']))
    await cutOff('SIGKILL', 'create-volume … done', 10)
    const before = await resources()
    expect(before.volumes).toBeGreaterThanOrEqual(10)
    expect(before.volumes).toBeLessThan(names.length * 4)
    const { stacks } = await resumed()
    expect(stacks.map(({ report }) => report?.state)).toEqual(names.map(() => 'in-sync'))
    expect(await resources()).toEqual({ volumes: names.length * 4, groups: names.length, sizes: [1] })
    await expectSuccess(world.run(['fleet', 'drift']))
    const nothing = await expectExit(world.run(['fleet', 'apply', '--resume']), 1)
    expect(nothing.stderr).toContain('[FLEET_NOTHING_TO_RESUME]')
  })

  it('goes on after Ctrl-C, which begins nothing new and waits for what is under way', async () => {
    write(2)
    await expectSuccess(world.run(['fleet', 'plan']))
    expect(await cutOff('SIGTERM', 'modify-volume … ', 1)).toBe(130)
    const part = await expectExit(world.run(['fleet', 'apply', '--resume', '--only', 'stacks/one.*']), 1)
    expect(part.stderr).toContain('--only cannot be said with --resume')
    const { stdout } = await expectSuccess(world.run(['fleet', 'status', '--json']))
    expect(stdout).toContain('"state": "in-sync"')
    const { stacks } = await resumed()
    expect(stacks.map(({ report }) => report?.state)).toEqual(names.map(() => 'in-sync'))
    expect(await resources()).toEqual({ volumes: names.length * 4, groups: names.length, sizes: [2] })
  })

  it('is carried out once where two apply it at the same time', async () => {
    world.write({ 'stacks/nine.stack.yaml': stackOf('nine', 1) })
    world.write({ 'stacks/ten.stack.yaml': stackOf('ten', 1) })
    await expectSuccess(world.run(['fleet', 'plan']))
    const before = await resources()
    const both = await Promise.all(
      [1, 2].map(() => world.run(['fleet', 'apply', '--yes', '--json'], { asGroup: true })),
    )
    for (const { exitCode, stdout, stderr } of both) expect([0, 6], `${stdout}${stderr}`).toContain(exitCode)
    const words = both.flatMap(({ stdout }) =>
      (JSON.parse(stdout) as Report).stacks.map(({ report }) => report?.words ?? ''),
    )
    expect(words.filter((word) => word.startsWith('applied: '))).toHaveLength(2)
    expect(words.filter((word) => word === 'locked' || word === 'applied before')).toHaveLength(2)
    expect(await resources()).toEqual({
      volumes: before.volumes + 8,
      groups: before.groups + 2,
      sizes: expect.anything() as number[],
    })
    await expectSuccess(world.run(['fleet', 'drift']))
  })
})
