import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const stack = (web: string, other: string) => `
evenkeel: 1
stack: parts
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a${web} }
  other: { image: ${image}, type: t3.small, zone: us-east-1a${other} }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`

describe.skipIf(noHostsBecause !== undefined)(`parts of a stack${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('only')
    world.write({ 'stack.yaml': stack('', '') })
  })
  afterAll(() => world?.remove())

  const run = async (...words: string[]) => (await expectSuccess(world.run(words))).stdout
  const exitOf = async (...words: string[]) => (await world.run(words)).exitCode
  const idOf = async (address: string) => {
    const shown = JSON.parse(await run('show', '--json')) as { resources?: unknown }
    const text = JSON.stringify(shown)
    return new RegExp(`"address":"${address.replace('.', '\\.')}","id":"([^"]+)"`).exec(text)?.[1] ?? text
  }

  it('are changed alone, and replaced on request, also from a saved plan', async () => {
    const first = await run('apply', '--yes', '--only', 'server.web')
    expect(first).toContain('Only server.web, with keyPair.default, securityGroup.default, which it needs.')
    expect(first).toContain('Left out, although something differs: server.other, volume.data.')
    expect(await exitOf('plan', '--detailed-exitcode', '--only', 'server.web')).toBe(0)
    expect(await exitOf('plan', '--detailed-exitcode')).toBe(2)
    const view = JSON.parse(await run('plan', '--json', '--only', 'volume.data')) as Record<string, unknown>
    expect(view).toMatchObject({ only: ['volume.data'], needed: [], leftOut: ['server.other'] })
    await run('apply', '--yes')
    expect(await exitOf('plan', '--detailed-exitcode')).toBe(0)
    await run('exec', 'web', '--', 'sudo', 'sh', '-c', 'echo kept > /srv/data/file')

    const { stderr } = await expectExit(world.run(['plan', '--only', 'server.wob']), 1)
    expect(stderr).toMatch(/server\.wob.*[Dd]id you mean `server\.web`.*ADDRESS_UNKNOWN/)
    expect(await exitOf('plan', '--replace', 'keyPair.default')).toBe(1)

    const [web, other] = [await idOf('server.web'), await idOf('server.other')]
    await run('plan', '--out', 'plan.json', '--only', 'server.web', '--replace', 'server.web')
    const { stdout } = await expectSuccess(world.run(['apply', 'plan.json', '--yes']))
    expect(stdout).toContain('a replacement is asked for by --replace')
    expect(await idOf('server.web')).not.toBe(web)
    expect(await idOf('server.other')).toBe(other)
    expect(await run('exec', 'web', '--', 'cat', '/srv/data/file')).toBe('kept\n')
    expect(await exitOf('plan', '--detailed-exitcode')).toBe(0)

    const volume = await idOf('volume.data')
    await run('apply', '--yes', '--replace', 'volume.data')
    expect(await idOf('volume.data')).not.toBe(volume)
    expect(await run('exec', 'web', '--', 'cat', '/srv/data/file')).toBe('kept\n')

    world.write({ 'stack.yaml': stack(', tags: { team: audio }', '').replace(/ {2}other: .*\n/, '') })
    await run('apply', '--yes', '--only', 'server.other')
    const left = await run('plan', '--json')
    expect(JSON.parse(left)).toMatchObject({ summary: { update: 1, remove: 0 } })
    await run('destroy', '--yes')
  })
})
