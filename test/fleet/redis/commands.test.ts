import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanEnvironment, mainPath } from '../../support/evenkeel.js'
import { freePort, noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { expectExit, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { until } from '../../support/until.js'

const password = 'the-word-of-the-queue'
const stackOf = (name: string, volumes: number) => `
evenkeel: 1
stack: ${name}
target: sandbox
volumes:
${Array.from({ length: volumes }, (_, index) => `  v${index}: { size: 1, zone: us-east-1a }`).join('\n')}
`
const files = {
  'fleet.yaml': `
evenkeel: 1
fleet: asked
stacks:
  - files: ['*.stack.yaml']
overrides:
  - match: forbidden.stack.yaml
    checks: policy.yaml
notifications:
  - on: [applied]
    command: [sh, -c, 'env >> seen.txt']
`,
  'policy.yaml':
    'checks: 1\nrules: [{ name: small, message: no volumes here, when: change.kind == "create" && change.type == "volume" }]\n',
  'good.stack.yaml': stackOf('good', 2),
  'forbidden.stack.yaml': stackOf('forbidden', 1),
}

/** One Redis that listens with TLS and a password, one worker, and commands as they are typed. */
describe.skipIf(noRedisBecause !== undefined)('commands of a fleet with a queue', { timeout: 120_000 }, () => {
  let world: SandboxWorld
  let redis: RedisServer
  let queue: string
  let worker: ChildProcess
  let said = ''
  let told = ''
  let env: Record<string, string>
  const volumes = async (stack: string) => {
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
    return ((await world.client.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? []).length
  }

  beforeAll(async () => {
    world = await startSandboxWorld('fleet-commands', ['--hosts', 'none'])
    world.write(files)
    const certificate = certificateIn(world.directory, 'own')
    const port = await freePort()
    const tls = ['--tls-port', `${port}`, '--tls-auth-clients', 'no', '--tls-ca-cert-file', certificate]
    const own = ['--tls-cert-file', certificate, '--tls-key-file', join(world.directory, 'own.key')]
    redis = await startRedis(['--requirepass', password, ...tls, ...own])
    queue = `rediss://127.0.0.1:${port}`
    env = { EVENKEEL_FLEET_REDIS_PASSWORD: password, NODE_EXTRA_CA_CERTS: certificate }
    worker = spawn(process.execPath, [mainPath, 'fleet', 'worker', '--queue', queue], {
      cwd: world.directory,
      env: cleanEnvironment({ ...world.env, ...env }),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    worker.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  })
  afterAll(async () => {
    worker?.kill('SIGKILL')
    await redis?.remove()
    await world?.remove()
  })

  /** What a command says on both streams; it ends with this status. */
  async function fleet(exitCode: number, ...words: readonly string[]): Promise<string> {
    const asked = world.run(['fleet', ...words, '--queue', queue, '--no-color'], { env, onStderr: () => undefined })
    const { stdout, stderr } = await expectExit(asked, exitCode)
    told += stdout + stderr
    return stdout + stderr
  }
  const begun = (what: string) => until(() => Promise.resolve(said.includes(`${what} begins`)))

  it('end as they do without one, over TLS and with a password', async () => {
    expect(await fleet(2, 'plan', '--only', 'good.*', '--detailed-exitcode')).toContain('2 to create')
    expect(await fleet(0, 'apply', '--only', 'good.*', '--yes')).toContain('applied: 2 to create')
    expect(await fleet(0, 'drift', '--only', 'good.*')).toContain('in sync')
    world.write({ 'good.stack.yaml': stackOf('good', 3) })
    await fleet(3, 'drift', '--only', 'good.*')
    expect(await fleet(0, 'status')).toContain('good.stack.yaml')
    expect(await volumes('good')).toBe(2)
  })

  it('tell that a policy forbids a plan, which nobody saves then', async () => {
    expect(await fleet(1, 'plan', '--only', 'forbidden.*')).toContain('a policy forbids it')
    expect(await fleet(0, 'apply', '--only', 'forbidden.*', '--yes')).toContain('Nothing to apply')
    expect(await volumes('forbidden')).toBe(0)
  })

  it('get their answer when Redis dies in the middle of an apply and comes back empty', async () => {
    world.write({ 'gone.stack.yaml': stackOf('gone', 12) })
    await fleet(0, 'plan', '--only', 'gone.*')
    const applying = fleet(0, 'apply', '--only', 'gone.*', '--yes')
    await begun('apply of gone.stack.yaml')
    await redis.kill()
    await sleep(700)
    await redis.start()
    const words = await applying
    expect(words).toMatch(/is gone.*waiting for it/)
    expect(words).toContain('is back.')
    expect(await volumes('gone')).toBe(12)
    await fleet(0, 'drift', '--only', 'gone.*')
  })

  it('ask again for what waited when Redis was emptied', async () => {
    world.write({ 'flushed.stack.yaml': stackOf('flushed', 2) })
    await fleet(0, 'plan', '--only', 'flushed.*')
    worker.kill('SIGSTOP')
    const applying = fleet(0, 'apply', '--only', 'flushed.*', '--yes')
    await until(async () => (await redis.client.keys('evenkeel:asked:sandbox:us-east-1:*Z-*')).length > 0)
    await redis.client.flushall()
    worker.kill('SIGCONT')
    expect(await applying).toContain('applied: 2 to create')
    expect(await volumes('flushed')).toBe(2)
  })

  it('and workers hand the password to nothing that they start, and say it nowhere', () => {
    const seen = readFileSync(join(world.directory, 'seen.txt'), 'utf8')
    expect(seen).toContain('PATH=')
    expect(seen).not.toContain(password)
    expect(seen).not.toContain('EVENKEEL_FLEET_REDIS_PASSWORD')
    expect(said + told).not.toContain(password)
    expect(said + told).not.toContain('Warning')
  })

  it.each([
    ['a wrong password', 'another-word', 'takes neither this user nor this password'],
    ['no password', '', 'asks for a password'],
  ])('are refused at once with %s, as workers are', async (_, given, words) => {
    for (const command of ['drift', 'worker']) {
      const run = world.run(['fleet', command, '--queue', queue], {
        env: { ...env, EVENKEEL_FLEET_REDIS_PASSWORD: given },
        // A process of its own: Node reads NODE_EXTRA_CA_CERTS when it begins.
        onStderr: () => undefined,
      })
      const { stderr } = await expectExit(run, 1)
      expect(stderr).toContain(`he queue at ${queue} ${words}`)
      expect(stderr).toContain('[FLEET_QUEUE_REFUSED]')
      expect(stderr).not.toContain('is gone')
    }
  })

  it.each([
    ['that nobody vouches for', () => ({ NODE_EXTRA_CA_CERTS: certificateIn(world.directory, 'other') }), '127.0.0.1'],
    ['of another name', () => ({}), 'localhost'],
  ])('tell nothing to a server with a certificate %s', async (_, more, host) => {
    const where = queue.replace('127.0.0.1', host)
    let stderr = ''
    const { stdout } = await world.run(['fleet', 'status', '--queue', where], {
      env: { ...env, ...more() },
      onStderr: (text, kill) => {
        stderr += text
        if (stderr.includes('waiting for it')) kill('SIGKILL')
      },
    })
    expect(stderr).toMatch(/is gone \((?:self-signed certificate|Hostname\/IP does not match)/)
    expect(stdout).toBe('')
  })

  it('leave a worker that ends when it is told to', async () => {
    const ended = once(worker, 'close')
    worker.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})

/** The path of a certificate for 127.0.0.1, made here; its key lies beside it. */
function certificateIn(directory: string, name: string): string {
  const [key, path] = [join(directory, `${name}.key`), join(directory, `${name}.pem`)]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', path]
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...subject], { stdio: 'pipe' })
  return path
}
