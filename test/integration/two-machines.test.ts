import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const ubuntu =
  "{ owner: '099720109477', name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-*', architecture: x86_64 }"
const debian = "{ owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }"

/** Two servers with one generated key pair, one of them behind the other. */
const stackFile = (endpoint: string, volumes: string) => `
evenkeel: 1
stack: shared
target: { region: us-east-1, endpoint: "${endpoint}" }
securityGroups:
  door: { ingress: [{ port: 22, from: 203.0.113.1/32 }] }
  inside: { ingress: [{ port: 22, from: securityGroup.door }] }
servers:
  door: { image: ${ubuntu}, type: t3.small, securityGroups: [door] }
  inner: { image: ${ubuntu}, type: t3.small, securityGroups: [inside], via: server.door }
volumes: { ${volumes} }
sync:
  site: { from: ./site/, to: server.inner:/home/ubuntu/site/ }
`
const store = 'store: { server: inner, size: 1, mount: /srv/store }'

describe.skipIf(noHostsBecause !== undefined)(
  `a stack of two machines${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld
    const machine =
      (name: string) =>
      (args: readonly string[], inOwnProcess = false) => {
        const home = join(world.directory, name)
        mkdirSync(home, { recursive: true })
        const own = { HOME: home, XDG_STATE_HOME: join(home, 'state'), TMPDIR: tmpdir(), SSH_AUTH_SOCK: '' }
        const env = { ...world.credentials, ...own }
        return world.run(args, { env, ...(inOwnProcess && { onStderr: () => undefined }) })
      }
    const first = machine('first')
    const second = machine('second')
    const passes = () => readdirSync(tmpdir()).filter((name) => existsSync(join(tmpdir(), name, 'pass')))
    const pushed = async () => {
      const answer = await fetch(`${world.endpoint}/_evenkeel/requests`)
      const requests = (await answer.json()) as readonly { readonly action: string }[]
      return requests.filter(({ action }) => action === 'SendSSHPublicKey')
    }

    beforeAll(async () => {
      world = await startSandboxWorld('two-machines')
      world.write({
        'stack.yaml': stackFile(world.endpoint, ''),
        'grown.yaml': stackFile(world.endpoint, store),
        'site/index.html': 'hello\n',
      })
      await expectSuccess(first(['apply', 'stack.yaml', '--yes']))
    })
    afterAll(() => world?.remove())

    it('is entered from the one that made the key without EC2 Instance Connect', async () => {
      const plan = await expectSuccess(first(['plan', 'stack.yaml', '--detailed-exitcode']))
      expect(plan.stdout).not.toContain('Instance Connect')
      expect(await pushed()).toEqual([])
    })

    it('is planned, and told how it is entered, by another', async () => {
      const plan = await expectSuccess(second(['plan', 'stack.yaml', '--detailed-exitcode']))
      expect(plan.stdout).toContain('server.door and server.inner are entered by EC2 Instance Connect')
      const json = await expectSuccess(second(['plan', 'stack.yaml', '--json']))
      expect(JSON.parse(json.stdout)).toMatchObject({ complete: true, problems: [{ code: 'PLAN_KEY_NOT_HERE' }] })
    })

    it('runs commands there, by our own connections and by the system’s ssh, through the one before it', async () => {
      const exec = await expectSuccess(second(['exec', '-f', 'stack.yaml', 'inner', '--', 'cat site/index.html']))
      expect(exec.stdout).toBe('hello\n')
      const ssh = await expectSuccess(
        second(['ssh', '-f', 'stack.yaml', 'inner', '--', 'cat', 'site/index.html'], true),
      )
      expect(ssh.stdout).toBe('hello\n')
      const config = await expectSuccess(second(['ssh-config', 'stack.yaml']))
      expect([config.stdout, config.stderr]).toEqual(['', expect.stringContaining('`evenkeel ssh`')])
    })

    it('is applied from a saved plan, copies and volumes included', async () => {
      world.write({ 'site/index.html': 'hello again\n' })
      await expectSuccess(first(['plan', 'grown.yaml', '--out', 'plan.json']))
      await expectSuccess(second(['apply', 'plan.json', '--yes']))
      const exec = second([
        'exec',
        '-f',
        'grown.yaml',
        'inner',
        '--',
        'cat site/index.html; findmnt -no TARGET /srv/store',
      ])
      expect((await expectSuccess(exec)).stdout).toBe('hello again\n/srv/store\n')
      expect(passes()).toEqual([])
    })

    it('tells a machine that may not go that way what to do', async () => {
      const deny = [
        { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'ec2-instance-connect:SendSSHPublicKey',
          Resource: '*',
          Condition: { StringEquals: { 'ec2:osuser': 'root' } },
        },
      ]
      const policy = (body: unknown) =>
        fetch(`${world.endpoint}/_evenkeel/policy`, { method: 'PUT', body: JSON.stringify(body) })
      await policy({ Version: '2012-10-17', Statement: deny })
      const plan = await expectExit(second(['plan', 'grown.yaml', '--detailed-exitcode']), 4)
      const least = await second(['iam-policy', 'grown.yaml', '--read-only', '--instance-connect'])
      await policy(JSON.parse(least.stdout))
      await expectSuccess(second(['plan', 'grown.yaml', '--detailed-exitcode']))
      await policy(null)
      expect(plan.stdout).toContain('server.door cannot be entered from this machine')
      expect(plan.stdout).toContain('ec2-instance-connect:SendSSHPublicKey')
    })

    it('tells of an image that has no such thing', async () => {
      const text = readFileSync(join(world.directory, 'stack.yaml'), 'utf8')
      writeFileSync(
        join(world.directory, 'debian.yaml'),
        text
          .replace('stack: shared', 'stack: other')
          .replaceAll(ubuntu, debian)
          .replaceAll('/home/ubuntu', '/home/admin'),
      )
      await expectSuccess(first(['apply', 'debian.yaml', '--yes']))
      const plan = await expectExit(second(['plan', 'debian.yaml', '--detailed-exitcode']), 4)
      expect(plan.stdout).toContain('the server does not know the key that EC2 Instance Connect let in for admin')
      expect(plan.stdout).toContain('Debian has not')
    })
  },
)
