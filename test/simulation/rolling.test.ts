import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { tagKeys } from '../../src/model/tags.js'
import { image } from '../support/stacks.js'
import { startSimulation, type Simulation } from '../support/simulation.js'

const stack = (type: string, of = image, more = '') => `evenkeel: 1
stack: fleet
target: sandbox
servers:
  web: { count: 3, image: ${of}, type: ${type}, zone: us-east-1a, rolling: { maxUnavailable: 1 }${more} }
volumes:
  data: { server: "web[*]", size: 1, mount: /srv/data }
`
const newer = image.replace('12', '13')

const changes: readonly { name: string; after: string }[] = [
  { name: 'another type', after: stack('t3.medium') },
  { name: 'another image', after: stack('t3.small', newer) },
  {
    name: 'another image, where the old ones end first',
    after: stack('t3.small', newer, ', replace: terminate-first'),
  },
]

describe('a run that takes members out of service one by one, and is killed after each of its calls', () => {
  it.concurrent.each(changes)(
    'has no more than one out, and is finished by the next: $name',
    { timeout: 300_000 },
    async ({ after }) => {
      let calls = 1
      while (await survivesDeath(after, calls)) calls += 1
      expect(calls).toBeGreaterThan(10)
    },
  )
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(after: string, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    expect((await world.apply(stack('t3.small'))).result.status).toBe('converged')
    expect((await world.plan(stack('t3.small'))).steps).toEqual([])
    const isDead = await world.kill(after, calls)
    const { serving, notes } = await membersOf(world)
    expect(serving.size).toBeGreaterThanOrEqual(2)
    // Of what was taken out, and of nothing else, the next run is told.
    expect(notes.size).toBeLessThanOrEqual(1)
    expect((await world.apply(after)).result.status).toBe('converged')
    expect((await world.plan(after)).steps).toEqual([])
    const settled = await membersOf(world)
    expect([settled.serving.size, settled.notes.size, (await world.census()).instances.length]).toEqual([3, 0, 3])
    return isDead
  } finally {
    await world.close()
  }
}

/** The members of which an instance runs that has a volume; and those of which every instance is noted as out of service. */
async function membersOf(world: Simulation) {
  const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
  const serving = new Set<string>()
  const noted = new Set<string>()
  const seen = new Set<string>()
  for (const { State, Tags = [], BlockDeviceMappings = [] } of Reservations.flatMap(
    ({ Instances = [] }) => Instances,
  )) {
    if (State?.Name === 'terminated' || State?.Name === 'shutting-down') continue
    const tag = (wanted: string) => Tags.find(({ Key }) => Key === wanted)?.Value
    const address = tag(tagKeys.address) ?? ''
    if (State?.Name === 'running' && BlockDeviceMappings.length > 1) serving.add(address)
    if (tag(tagKeys.outOfService) === undefined) seen.add(address)
    else noted.add(address)
  }
  return { serving, notes: new Set([...noted].filter((address) => !seen.has(address))) }
}
