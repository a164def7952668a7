import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'

/** Against a sandbox without hosts: what is told here is told before any server is entered. */
describe('messages', () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('messages', ['--hosts', 'none'])
  })
  afterAll(() => world?.remove())

  it('a file with ten mistakes gets ten errors with positions', async () => {
    world.write({ 'mistakes.yaml': mistakes })
    const { stderr } = await expectExit(world.run(['validate', 'mistakes.yaml']), 1)
    const positions = [...stderr.matchAll(/^mistakes\.yaml:(\d+):(\d+) {2}error (SPEC_[A-Z_]+)/gm)]
    expect(positions.map(([, line]) => Number(line))).toEqual([2, 5, 7, 11, 13, 14, 16, 18, 19, 20])
    expect(stderr).toContain('10 mistakes in mistakes.yaml')
    expect(stderr).toContain('did you mean `fstype`')
    await expectExit(world.run(['plan', 'mistakes.yaml']), 1)
  })

  it('an endpoint that nobody answers at', async () => {
    const endpoint = `http://127.0.0.1:${await unusedPort()}`
    const said = await planAgainst({ endpoint })
    expect(said).toContain(endpoint)
    expect(said).toMatch(/endpoint/)
  })

  it('credentials that the endpoint does not know', async () => {
    expect(await planAgainst({ endpoint: world.endpoint }, { AWS_SECRET_ACCESS_KEY: 'wrong' })).toMatch(/credentials/i)
  })

  it('no credentials at all', async () => {
    expect(
      await planAgainst({ endpoint: world.endpoint }, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }),
    ).toMatch(/credentials/i)
  })

  it('credentials of another account than the file names', async () => {
    const said = await planAgainst({ endpoint: world.endpoint, account: '"999999999999"' })
    expect(said).toContain('999999999999')
  })

  it('an apply without a terminal and without --yes does nothing', async () => {
    world.write({
      'small.yaml': 'evenkeel: 1\nstack: small\ntarget: sandbox\nvolumes:\n  a: { size: 1, zone: us-east-1a }\n',
    })
    const { stdout, stderr } = await expectExit(world.run(['apply', 'small.yaml']), 1)
    expect(stdout).toContain('volume.a')
    expect(stderr).toMatch(/--yes/)
    await expectExit(world.run(['plan', 'small.yaml', '--detailed-exitcode']), 2)
  })

  it('a saved plan is applied while nothing has changed, and refused afterwards', async () => {
    world.write({
      'saved.yaml': 'evenkeel: 1\nstack: saved\ntarget: sandbox\nvolumes:\n  a: { size: 1, zone: us-east-1a }\n',
    })
    await expectSuccess(world.run(['plan', 'saved.yaml', '--out', 'plan.json']))
    await expectSuccess(world.run(['apply', 'plan.json', '--yes']))
    const { stderr } = await expectExit(world.run(['apply', 'plan.json', '--yes']), 5)
    expect(stderr).toMatch(/moved since the plan was saved/)
  })

  it('what a sandbox without hosts cannot do is told, and left out', async () => {
    world.write({ 'inside.yaml': inside })
    const { stdout } = await expectSuccess(world.run(['plan', 'inside.yaml']))
    expect(stdout).toMatch(/not possible|impossible|cannot/i)
    await expectSuccess(world.run(['apply', 'inside.yaml', '--yes']))
    await expectSuccess(world.run(['plan', 'inside.yaml', '--detailed-exitcode']))
    const { stderr } = await expectExit(world.run(['exec', '-f', 'inside.yaml', 'web', '--', 'true']), 1)
    expect(stderr).toMatch(/No server can be entered|cannot be entered/)
  })

  /** Plans against an endpoint; what it says must be one paragraph on standard error, and the exit status 1. */
  async function planAgainst(target: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
    const members = Object.entries({ region: 'us-east-1', ...target }).map(([key, value]) => `${key}: ${value}`)
    const file = `target-${Object.keys(target).length}-${Object.keys(env).length}.yaml`
    world.write({
      [file]: `evenkeel: 1\nstack: small\ntarget: { ${members.join(', ')} }\nvolumes:\n  a: { size: 1, zone: us-east-1a }\n`,
    })
    const { stdout, stderr } = await expectExit(world.run(['plan', file], { env: { ...world.credentials, ...env } }), 1)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/^evenkeel: .*\[[A-Z0-9_]+\]$/m)
    return stderr
  }
})

const inside = `
evenkeel: 1
stack: inside
target: sandbox
servers:
  web: { image: { owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }, type: t3.small }
volumes:
  a: { server: web, size: 1 }
`

const mistakes = `evenkeel: 1
stack: Bad_Name
target: sandbox
variables:
  size: { type: integer, default: big }
securityGroups:
  web: { ingress: [{ port: 22, from: securityGroup.wbe }] }
servers:
  web:
    image: { owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }
    typ: t3.small
    zone: us-east-1a
    state: sleeping
    securityGroups: [wep]
volumes:
  a: { server: wob, size: 1 }
  b:
    sizes: 1
    fsytpe: ext4
    server: 7
`

/** A port that was free a moment ago. */
function unusedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
