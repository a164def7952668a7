import { DescribeInstanceAttributeCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { startSimulation, type Simulation } from '../support/simulation.js'

const stack = (userData: string | undefined, more = '') => `evenkeel: 1
stack: again
target: sandbox
servers:
  web:
    image: ${image}
    type: t3.small
    zone: us-east-1a
    onUserDataChange: stop-start${more}${userData === undefined ? '' : `\n    userData: ${JSON.stringify(userData)}`}
`

describe('user data that is changed by stop and start', () => {
  it.each([
    ['another one', 'echo two'],
    ['none', undefined],
  ])('reaches the same server, whenever the run is killed: %s', { timeout: 120_000 }, async (_, after) => {
    for (let calls = 1; ; calls += 1) {
      const world = await startSimulation()
      try {
        await world.apply(stack('echo one'))
        const { instances } = await world.census()
        const isDead = await world.kill(stack(after), calls)
        expect((await world.apply(stack(after))).result.status).toBe('converged')
        expect((await world.plan(stack(after))).steps).toEqual([])
        expect((await world.census()).instances).toEqual(instances)
        expect(await userDataIn(world, instances[0] ?? '')).toBe(after)
        if (!isDead) break
      } finally {
        await world.close()
      }
    }
  })

  it('is given to a server that is stopped without a start', async () => {
    const world = await startSimulation()
    try {
      await world.apply(stack('echo one', '\n    state: stopped'))
      const text = stack('echo two', '\n    state: stopped')
      const { steps, problems } = await world.plan(text)
      expect(steps.map(({ kind }) => kind)).toEqual(['modify-server', 'tag-resource'])
      expect(problems.map(({ code }) => code)).toContain('PLAN_USER_DATA_AGAIN')
      expect((await world.apply(text)).result.status).toBe('converged')
      expect(await userDataIn(world, (await world.census()).instances[0] ?? '')).toBe('echo two')
    } finally {
      await world.close()
    }
  })
})

async function userDataIn({ client }: Simulation, InstanceId: string): Promise<string | undefined> {
  const { UserData } = await client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }))
  return UserData?.Value === undefined || UserData.Value === ''
    ? undefined
    : Buffer.from(UserData.Value, 'base64').toString()
}
