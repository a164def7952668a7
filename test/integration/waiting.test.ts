import { TerminateInstancesCommand } from '@aws-sdk/client-ec2'
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
stack: waiting
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  web: { ingress: [{ port: 22, from: my-ip }, { port: 22, from: securityGroup.edge }] }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, count: 2, securityGroups: [web] }
loadBalancers:
  front:
    kind: network
    securityGroups: [edge]
    listeners: [{ port: 80, protocol: tcp }]
    targets: { servers: web, port: 22, drainSeconds: 0, health: { interval: 5 } }
`

interface Waited {
  readonly outcome: string
  readonly servers: readonly { readonly address: string; readonly id: string; readonly because: string | null }[]
}

describe.skipIf(noHostsBecause !== undefined)(`waiting${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('waiting')
    world.write({ 'stack.yaml': stack })
    await expectSuccess(world.run(['apply', '--yes']))
  })
  afterAll(() => world?.remove())

  const waited = async (...words: readonly string[]) => {
    const { stdout } = await world.run(['wait', ...words, '--json'])
    return JSON.parse(stdout) as Waited
  }

  it('for servers to be healthy ends when they are checked, get traffic and answer', async () => {
    const { stdout } = await expectSuccess(world.run(['wait', 'web', '--for', 'healthy']))
    expect(stdout).toMatch(/^server\.web\[0\] \(i-\w+\) is healthy\.\nserver\.web\[1\] \(i-\w+\) is healthy\.\n$/)
  })

  it('names what the load balancer, or the server itself, says to the contrary', async () => {
    const silence = 'sudo sh -c "(sleep 1; systemctl stop ssh; pkill -x sshd) >/dev/null 2>&1 &"'
    await expectSuccess(world.run(['exec', 'web[1]', '--', 'sh', '-c', silence]))
    await expectExit(world.run(['wait', 'web[1]', '--for', 'running']), 0)
    const until = async (text: string) => {
      for (;;) {
        const because = (await waited('web[1]', '--for', 'healthy', '--timeout', '0')).servers[0]?.because ?? ''
        if (because.includes(text)) return because
      }
    }
    expect(await until('loadBalancer.front says ')).toContain('unhealthy')
    const late = await expectExit(world.run(['wait', 'web', '--for', 'healthy', '--timeout', '12s']), 1)
    expect(late.stdout).toMatch(/^server\.web\[0\] \(i-\w+\) is healthy\.\n$/)
    expect(late.stderr).toContain('Waiting for 1 of 2 servers to be healthy since 1')
    expect(late.stderr).toContain('WAIT_TIMED_OUT')
    expect(late.stderr).toContain('server.web[1]: loadBalancer.front says unhealthy')
  })

  it('for what is stopped and started beside it ends with it', async () => {
    const [stopped] = await Promise.all([
      waited('web[0..1]', '--for', 'stopped'),
      expectSuccess(world.run(['stop', 'web', '--yes'])),
    ])
    expect(stopped.outcome).toBe('reached')
    const [healthy] = await Promise.all([
      waited('server.web[*]', '--for', 'healthy'),
      expectSuccess(world.run(['start', 'web', '--yes'])),
    ])
    expect(healthy).toMatchObject({ outcome: 'reached', servers: [{ because: null }, { because: null }] })
  })

  it('ends with Ctrl-C, and changes nothing', async () => {
    const words: string[] = []
    const waiting = world.run(['wait', 'web[0]', '--for', 'stopped'], {
      asGroup: true,
      onStderr: (text, kill) => {
        words.push(text)
        kill('SIGINT')
      },
    })
    expect(await waiting).toMatchObject({ exitCode: 130, stdout: '' })
    expect(words.join('')).toMatch(
      /^Waiting for a server to be stopped since 1\d\.\ds: server\.web\[0\]: it is running\.\n$/,
    )
    await expectSuccess(world.run(['plan', '--detailed-exitcode']))
  })

  it('ends at once where the server is terminated', async () => {
    const [gone] = (await waited('web[0]', '--for', 'running')).servers
    const terminate = new TerminateInstancesCommand({ InstanceIds: [gone?.id ?? ''] })
    const ended = await expectExit(
      world.run(['wait', 'web', '--for', 'stopped', '--json'], { onStderr: () => void world.client.send(terminate) }),
      1,
    )
    expect(JSON.parse(ended.stdout)).toMatchObject({ outcome: 'hopeless' })
    expect(ended.stderr).toContain('WAIT_HOPELESS')
    const absent = await expectExit(world.run(['wait', 'web[0]', '--for', 'running']), 1)
    expect(absent.stderr).toContain('server.web[0] does not exist')
  })
})
