import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { openProofWorld } from '../support/proof/proof-world.js'
import { image } from '../support/stacks.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'

const start = simulationsOfFile()

const many = (count: number) => `evenkeel: 1
stack: many
target: sandbox
servers:
  web: { count: ${count}, image: ${image}, type: t3.small, zone: us-east-1a }
`
const refused = (code: string, httpStatus: number, ...calls: readonly number[]) => ({
  scripted: calls.map((call) => ({ action: 'RunInstances', call, failure: { code, httpStatus } })),
})

/** The tags of each instance that is there, by name. */
async function namesIn({ client }: Pick<Simulation, 'client'>) {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name === 'running' || State?.Name === 'pending')
    .map(({ Tags = [] }) =>
      ['Name', 'evenkeel:address'].map((key) => Tags.find(({ Key }) => Key === key)?.Value).join(' '),
    )
    .sort()
}

/** The step that writes the first name, where there are no hosts. */
const firstName = 'tag-resource:server.web[0]'

const named = (count: number) => Array.from({ length: count }, (_, index) => `many/web[${index}] server.web[${index}]`)

describe('servers of one count', () => {
  it('are launched by one call, and have names of their own then', async () => {
    const world = await start()
    const requests = await world.requestsDuring(() => world.apply(many(5)))
    expect(requests.filter(({ action }) => action === 'RunInstances')).toHaveLength(1)
    expect(await namesIn(world)).toEqual(named(5))
    expect((await world.plan(many(5))).steps).toEqual([])
  })

  it.each([
    ['VcpuLimitExceeded', 400],
    ['InsufficientInstanceCapacity', 500],
    ['UnauthorizedOperation', 403],
  ])('come up one by one as far as EC2 lets them, where it refuses all together: %s', async (code, status) => {
    const world = await start({ faults: refused(code, status, 1, 3) })
    const { result } = await world.apply(many(4))
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toHaveLength(1)
    expect(await namesIn(world)).toHaveLength(3)
    expect((await world.apply(many(4))).result.status).toBe('converged')
    expect(await namesIn(world)).toEqual(named(4))
  })

  it('are none where the call that launches all is refused for what is true of each', async () => {
    const world = await start({ faults: refused('InvalidParameterValue', 400, 1) })
    const { result } = await world.apply(many(3))
    expect(
      result.outcomes.filter(({ stepId, outcome }) => stepId.startsWith('create-server') && outcome.kind === 'failed'),
    ).toHaveLength(3)
    expect(await namesIn(world)).toEqual([])
  })

  it.each([3, 5, 8])('that a dead run launched, and named none of, become %i', async (count) => {
    const world = await start()
    expect(await world.killAtStep(await world.plan(many(5)), firstName)).toBe(true)
    expect(await namesIn(world)).toEqual(Array.from({ length: 5 }, () => 'many/web[0-4] server.web[0-4]'))
    const { plan, result } = await world.apply(many(count))
    expect(result.status).toBe('converged')
    const kinds = plan.changes.filter(({ address }) => address.startsWith('server.')).map(({ kind }) => kind)
    expect(kinds).toEqual(
      Array.from({ length: Math.max(5, count) }, (_, index) =>
        index >= count ? 'remove' : index < 5 ? 'update' : 'create',
      ),
    )
    expect(await namesIn(world)).toEqual(named(count))
    expect((await world.plan(many(count))).steps).toEqual([])
  })

  it('that a dead run launched are destroyed', async () => {
    const world = await start()
    await world.killAtStep(await world.plan(many(5)), firstName)
    expect((await world.destroy(many(5))).result.status).toBe('converged')
    expect(await namesIn(world)).toEqual([])
  })

  // Of five that the index shows up to so long afterwards, it shows some at the second reading: these belong to more.
  it.each([60_000, 90_000, 600_000])(
    'are never launched again while EC2 does not show them all: %i ms',
    async (filter) => {
      const world = await openProofWorld({ seed: 3, faults: { visibilityDelayMs: { filter } } })
      try {
        const apply = { kind: 'apply', text: many(5) } as const
        const doomed = await world.process({
          onAnswer: (action) => void (action === 'RunInstances' && doomed.kill()),
        })
        await Promise.race([world.run(doomed, apply), doomed.died])
        await world.run(await world.process(), apply)
        expect(await namesIn(world)).toHaveLength(5)
      } finally {
        await world.close()
      }
    },
  )
})
