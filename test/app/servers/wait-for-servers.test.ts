import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EC2Client, StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Awaited as Seen } from '../../../src/app/servers/wait-for-servers.js'
import { waitFailure, waitForServers } from '../../../src/app/servers/wait-for-servers.js'
import { applyStack, createSandbox, openSession, planStack, readStackFile, type Session } from '../../../src/parts.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { createOwnWireClock } from '../../support/proof/own-wire.js'
import { image } from '../../support/stacks.js'

const text = `evenkeel: 1
stack: waits
target: sandbox
securityGroups: { door: { ingress: [{ port: 80, from: 0.0.0.0/0 }] } }
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, count: 2 }
  db: { image: ${image}, type: t3.small, zone: us-east-1a }
  edge: { image: ${image}, type: t3.small, zone: us-east-1a }
  none: { image: ${image}, type: t3.small, zone: us-east-1a }
loadBalancers:
  front: { securityGroups: [door], targets: { servers: edge, port: 8080 } }
`

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let session: Session
let ec2: EC2Client
const clock = createOwnWireClock()

/** A world with EC2's own latencies, on a clock that nothing real waits for. */
beforeAll(async () => {
  directory = temporaryDirectory('wait-for-servers')
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'real', clock })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const credentials = { accessKeyId, secretAccessKey }
  ec2 = new EC2Client({ endpoint, region, credentials })
  const place = {
    target: { endpoint, region, credentials, isSandbox: true },
    keys: join(directory.path, 'keys'),
    hostsImpossible: 'this sandbox has none',
    pace: { clock, pollScale: 1, timeoutScale: 1 },
  }
  const path = join(directory.path, 'stack.yaml')
  writeFileSync(path, text.replace(/  none:.*\n/, ''))
  const first = await openSession(readStackFile(path), { place })
  await applyStack(first, await planStack(first, { hosts: true }))
  await first.close()
  writeFileSync(path, text)
  session = await openSession(readStackFile(path), { place })
})
afterAll(async () => {
  await session.close()
  ec2.destroy()
  await sandbox.close()
  directory.remove()
})

const idOf = async (address: string) =>
  (await session.observe({ hosts: false, forNew: false })).servers.find((server) => server.address === address)?.id ??
  ''
const wait = (
  patterns: readonly string[],
  goal: Seen['goal'],
  timeoutMs = 600_000,
  onLook: (look: Omit<Seen, 'outcome'>) => void = () => undefined,
) => waitForServers(session, patterns, { goal, timeoutMs, hosts: true }, onLook)
const shown = ({ servers }: Pick<Seen, 'servers'>) =>
  servers.map(({ address, standing }) => [address, standing.kind === 'reached' ? 'reached' : standing.because])

describe('a wait for servers', () => {
  it('ends when all of them are there, and tells of each look before', async () => {
    const ids = [await idOf('server.web[0]'), await idOf('server.web[1]')]
    await ec2.send(new StopInstancesCommand({ InstanceIds: ids }))
    const stopped = await wait(['web'], 'stopped')
    expect([stopped.outcome, shown(stopped)]).toEqual([
      'reached',
      [
        ['server.web[0]', 'reached'],
        ['server.web[1]', 'reached'],
      ],
    ])
    await ec2.send(new StartInstancesCommand({ InstanceIds: ids }))
    const looks: string[] = []
    const started = await wait(['web[*]', 'db'], 'running', 600_000, (look) => looks.push(JSON.stringify(shown(look))))
    expect(started.outcome).toBe('reached')
    expect(looks[0]).toContain('[["server.db","reached"],["server.web[0]","it is pending"],')
    const healthy = await wait(['web'], 'healthy', 600_000, (look) => looks.push(JSON.stringify(shown(look))))
    expect([healthy.outcome, waitFailure(healthy)]).toEqual(['reached', undefined])
    expect(looks.at(-1)).toContain('says initializing')
  })

  it('that fails a check is not healthy until it passes', async () => {
    const instanceId = await idOf('server.db')
    const check = (system: string) =>
      fetch(`${sandbox.endpoint}/_evenkeel/checks`, { method: 'PUT', body: JSON.stringify({ instanceId, system }) })
    await check('impaired')
    const seen = await wait(['db'], 'healthy', 60_000)
    expect([seen.outcome, shown(seen)]).toEqual([
      'timed-out',
      [['server.db', 'the check of the machine that it runs on says impaired']],
    ])
    expect(waitFailure(seen)).toMatchObject({ code: 'WAIT_TIMED_OUT', message: expect.stringContaining('1m0') })
    await check('ok')
    expect((await wait(['db'], 'healthy', 60_000)).outcome).toBe('reached')
  })

  it('asks for nothing but those servers once it has begun, and less and less often', async () => {
    const instanceId = await idOf('server.db')
    const check = (system: string) =>
      fetch(`${sandbox.endpoint}/_evenkeel/checks`, { method: 'PUT', body: JSON.stringify({ instanceId, system }) })
    await check('impaired')
    const called = async (goal: Seen['goal'], timeoutMs: number, server = 'db') => {
      const before = sandbox.requests().length
      let [begun, looks] = [before, 0]
      await wait([server], goal, timeoutMs, () => {
        if (looks === 0) begun = sandbox.requests().length
        looks += 1
      })
      const actions = sandbox
        .requests()
        .slice(begun)
        .map(({ action }) => action)
      return { looks, actions: [...new Set(actions)].sort(), count: actions.length }
    }
    const healthy = await called('healthy', 300_000)
    expect(healthy.actions).toEqual(['DescribeInstanceStatus', 'DescribeInstances'])
    // As many as every 2 s would be 150, with all that a plan reads.
    expect(healthy.looks).toBeLessThan(60)
    expect(healthy.count).toBeLessThanOrEqual(2 * healthy.looks)
    await check('ok')
    const stopped = await called('stopped', 30_000)
    expect(stopped.actions).toEqual(['DescribeInstances'])
    // Nothing answers behind the load balancer, as these servers have no hosts.
    const balanced = await called('healthy', 50_000, 'edge')
    expect(balanced.actions).toEqual(['DescribeInstanceStatus', 'DescribeInstances', 'DescribeTargetHealth'])
  })

  it('looks once however short the time is', async () => {
    const looks: unknown[] = []
    const seen = await wait(['db'], 'stopped', 0, (look) => looks.push(look))
    expect([seen.outcome, seen.servers[0]?.state, looks]).toEqual(['timed-out', 'running', []])
    expect((await wait(['db'], 'running', 0)).outcome).toBe('reached')
  })

  it('ends at once where one of them is terminated, whatever the others are', async () => {
    const id = await idOf('server.web[1]')
    let looks = 0
    const seen = await wait(['web', 'db'], 'stopped', 600_000, () => {
      looks += 1
      if (looks === 2) void ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    })
    expect(seen.outcome).toBe('hopeless')
    expect(seen.sinceMs).toBeLessThan(60_000)
    expect(waitFailure(seen)).toMatchObject({
      code: 'WAIT_HOPELESS',
      message: expect.stringContaining('server.web[1]: it is '),
      hint: expect.stringContaining('evenkeel apply'),
    })
  })

  it('refuses at once what does not exist', async () => {
    await expect(wait(['none', 'db'], 'running')).rejects.toMatchObject({
      code: 'SERVER_UNKNOWN',
      message: 'server.none does not exist',
    })
    await expect(wait(['nobody'], 'running')).rejects.toMatchObject({ code: 'SERVER_UNKNOWN' })
  })
})
