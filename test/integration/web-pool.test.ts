import { cpSync } from 'node:fs'
import { join } from 'node:path'
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNetworkInterfacesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectSuccess, noHostsBecause, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { until } from '../support/until.js'

const file = 'web-pool.yaml'

describe.skipIf(noHostsBecause !== undefined)(`a pool of hosts${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld
  let url: string

  beforeAll(async () => {
    world = await startSandboxWorld('web-pool')
    cpSync(join(root, 'examples/stacks'), world.directory, { recursive: true })
    await expectSuccess(world.run(['apply', file, '--yes']))
    const Filters = [{ Name: 'description', Values: ['ELB app/front-*'] }]
    const { NetworkInterfaces = [] } = await world.client.send(new DescribeNetworkInterfacesCommand({ Filters }))
    url = `http://${NetworkInterfaces[0]?.Association?.PublicIp}/`
  })
  afterAll(() => world?.remove())

  const running = async () => {
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name === 'running')
      .map(({ InstanceId = '' }) => InstanceId)
  }
  const page = async () => {
    const answer = await fetch(url).catch(() => undefined)
    return answer?.ok === true ? (await answer.text()).trim() : undefined
  }
  const isUnchanged = async (...more: readonly string[]) =>
    expect((await expectSuccess(world.run(['plan', file, '--detailed-exitcode', ...more]))).stdout).toMatch(
      /^No changes/m,
    )

  it('serves, and its members are told', async () => {
    expect(await page()).toBe('release 1')
    await isUnchanged()
    const { stdout } = await expectSuccess(world.run(['show', file, '--json']))
    const { scalingGroups, servers } = JSON.parse(stdout) as {
      scalingGroups: { members: object[] }[]
      servers: object[]
    }
    expect(scalingGroups[0]?.members).toMatchObject([
      { state: 'InService', isHealthy: true },
      { state: 'InService', isHealthy: true },
    ])
    expect(servers).toEqual([])
  })

  it('replaces by itself what somebody terminated', async () => {
    const [first = ''] = await running()
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [first] }))
    await until(async () => {
      const ids = await running()
      return ids.length === 2 && !ids.includes(first)
    })
    await isUnchanged()
    await until(async () => (await page()) === 'release 1')
    expect(await running()).not.toContain(first)
  })

  it('is refreshed to another release, and nobody goes without a page', async () => {
    const before = await running()
    const answers: (string | undefined)[] = []
    let isOver = false
    const asking = (async () => {
      while (!isOver) {
        answers.push(await page())
        await new Promise((resolve) => {
          setTimeout(resolve, 50)
        })
      }
    })()
    await expectSuccess(world.run(['apply', file, '--yes', '--var', 'release=2']))
    isOver = true
    await asking
    expect(answers.filter((answer) => answer === undefined)).toEqual([])
    expect(answers[0]).toBe('release 1')
    expect(await page()).toBe('release 2')
    expect((await running()).filter((id) => before.includes(id))).toEqual([])
    await isUnchanged('--var', 'release=2')
    const { LaunchTemplates = [] } = await world.client.send(new DescribeLaunchTemplatesCommand({}))
    const own = LaunchTemplates.filter(({ LaunchTemplateName = '' }) =>
      LaunchTemplateName.startsWith('evenkeel.scaling/'),
    )
    expect(own).toHaveLength(1)
  })

  it('goes, with all that it had', async () => {
    await expectSuccess(world.run(['destroy', file, '--yes']))
    expect(await running()).toEqual([])
  })
})
