import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2'
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseInit } from '../../src/sandbox/hosts/host/init.js'
import { balancingBeside, balancingIn } from '../support/balancing.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { steadyLoad } from '../support/steady-load.js'
import { until } from '../support/until.js'

const { init, because } = await chooseInit('systemd')
const missing = noHostsBecause ?? because

describe.skipIf(missing !== undefined)(`a web tier under load${missing ? ` (${missing})` : ''}`, () => {
  let world: SandboxWorld
  let balancing: ElasticLoadBalancingV2Client
  let url: string
  const file = 'web-tier.yaml'

  beforeAll(async () => {
    world = await startSandboxWorld('web-tier', ['--init', init])
    cpSync(join(root, 'examples/stacks'), world.directory, { recursive: true })
    balancing = balancingBeside(world.client)
    await expectSuccess(world.run(['apply', file, '--yes']))
    const Filters = [{ Name: 'description', Values: ['ELB app/front-*'] }]
    const { NetworkInterfaces = [] } = await world.client.send(new DescribeNetworkInterfacesCommand({ Filters }))
    url = `http://${NetworkInterfaces[0]?.Association?.PublicIp}/`
  })
  afterAll(async () => {
    balancing?.destroy()
    await world?.remove()
  })

  const members = async () => {
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name === 'running')
      .map(({ InstanceId = '', InstanceType }) => ({ id: InstanceId, type: InstanceType }))
  }
  const healthy = async () => {
    const { groups } = await balancingIn(balancing)
    return groups.flatMap(({ targets }) => targets).filter(({ TargetHealth }) => TargetHealth?.State === 'healthy')
  }
  /** Sends requests by connections that are kept and by new ones while this is done; what became of all of them. */
  const under = async (words: string, work: (elapsed: () => number) => Promise<unknown>) => {
    const loads = [true, false].map((keepAlive) => steadyLoad(url, { perSecond: 40, keepAlive }))
    const begun = performance.now()
    try {
      await work(() => performance.now() - begun)
    } finally {
      // What a failing test leaves goes on for ever otherwise.
      await Promise.all(loads.map((load) => load.stop()))
    }
    const results = await Promise.all(loads.map((load) => load.stop()))
    const requests = results.reduce((sum, result) => sum + result.requests, 0)
    const failures = results.flatMap((result) => result.failures)
    process.stderr.write(`${words}: ${requests} requests, ${failures.length} failed\n`)
    return { requests, failures }
  }
  const apply = (...words: string[]) => expectSuccess(world.run(['apply', file, '--yes', ...words]))

  it('is there after the first apply, and nothing differs then', async () => {
    await expectExit(world.run(['plan', file, '--detailed-exitcode']), 0)
    await expectExit(world.run(['drift', file]), 0)
    expect(await healthy()).toHaveLength(3)
    const { stdout } = await expectSuccess(world.run(['output', 'url', '-f', file]))
    const inside = `python3 -c "import urllib.request as u; print(u.urlopen('${stdout.trim()}').status)"`
    expect((await expectSuccess(world.run(['exec', '-f', file, 'web[0]', '--', inside]))).stdout.trim()).toBe('200')
  })

  it.each([
    { words: ['type=t3.medium'], changed: 3 },
    { words: ['type=t3.medium', 'release=2'], changed: 3 },
    { words: ['type=t3.medium', 'release=2', 'servers=4'], changed: 1 },
    { words: ['type=t3.medium', 'release=2', 'servers=3'], changed: 1 },
  ])('loses no request on the way to $words', async ({ words, changed }) => {
    const variables = words.flatMap((word) => ['--var', word])
    const before = await members()
    const { requests, failures } = await under(words.join(', '), () => apply(...variables))
    expect(failures).toEqual([])
    expect(requests).toBeGreaterThan(100)
    await expectExit(world.run(['plan', file, '--detailed-exitcode', ...variables]), 0)
    const after = await members()
    const same = after.filter(({ id, type }) => before.some((one) => one.id === id && one.type === type))
    expect(Math.max(before.length, after.length) - same.length).toBe(changed)
    expect(await healthy()).toHaveLength(after.length)
  })

  it('loses none while pages change', async () => {
    writeFileSync(join(world.directory, 'web-tier/site/index.html'), '<p>another page\n')
    const { failures } = await under('another page', () => apply('--var', 'type=t3.medium', '--var', 'release=2'))
    expect(failures).toEqual([])
    expect(await (await fetch(url)).text()).toContain('another page')
  })

  it('loses none where the run is killed again and again, and is finished by the next', async () => {
    const variables = ['--var', 'release=2']
    const { failures } = await under('killed four times', async () => {
      for (const [event, kind] of [
        ['step-started', 'deregister-target'],
        ['step-finished', 'deregister-target'],
        ['step-finished', 'stop-server'],
        ['step-finished', 'register-target'],
      ] as const) {
        let isKilled = false
        await world.run(['apply', file, '--yes', '--json', ...variables], {
          asGroup: true,
          onStdout: (text, kill) => {
            const isThen = (line: string) => line.includes(`"event":"${event}"`) && line.includes(`"kind":"${kind}"`)
            if (isKilled || !text.split('\n').some(isThen)) return
            isKilled = true
            kill('SIGKILL')
          },
        })
        expect({ event, kind, isKilled }).toEqual({ event, kind, isKilled: true })
      }
      await apply(...variables)
    })
    expect(failures).toEqual([])
    await expectExit(world.run(['plan', file, '--detailed-exitcode', ...variables]), 0)
    expect((await members()).map(({ type }) => type)).toEqual(['t3.small', 't3.small', 't3.small'])
  })

  it('loses what it sends to a server whose program ends by itself meanwhile, until a few probes have failed', async () => {
    let diedAt = 0
    const variables = ['--var', 'type=t3.medium', '--var', 'release=2']
    const { failures } = await under('a program that ends', async (elapsed) => {
      const rolling = apply(...variables)
      diedAt = elapsed()
      const words = ['exec', '-f', file, 'web[2]', '--', 'sudo', 'systemctl', 'stop', 'web']
      await expectSuccess(world.run(words))
      await rolling
    })
    const times = failures.map(({ atMs }) => atMs - diedAt)
    process.stderr.write(`failed between ${Math.min(...times)} and ${Math.max(...times)} ms after its end\n`)
    // It came back when it was its turn.
    expect(times.filter((time) => time < 0)).toEqual([])
    expect([...new Set(failures.map(({ why }) => why))]).toEqual(['502'])
    await expectExit(world.run(['plan', file, '--detailed-exitcode', ...variables]), 0)
    expect(await healthy()).toHaveLength(3)
  })

  it('is there again when the sandbox was down', async () => {
    await expectSuccess(world.run(['sandbox', 'down']))
    await expectSuccess(world.run(['sandbox', 'up', '--init', init]))
    await until(async () => (await fetch(url).catch(() => undefined))?.status === 200)
  })

  it('leaves nothing behind', async () => {
    await expectSuccess(world.run(['destroy', file, '--yes']))
    expect(await balancingIn(balancing)).toEqual({ balancers: [], groups: [] })
    const { NetworkInterfaces = [] } = await world.client.send(new DescribeNetworkInterfacesCommand({}))
    expect(NetworkInterfaces).toEqual([])
    const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({}))
    expect(SecurityGroups.map(({ GroupName }) => GroupName)).toEqual(['default'])
  })
})
