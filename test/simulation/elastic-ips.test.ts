import { DescribeAddressesCommand, type Address } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import { startSimulation, type Simulation } from '../support/simulation.js'

const stack = (more = 'elasticIp: true', of = image) =>
  `evenkeel: 1\nstack: fixed\ntarget: sandbox\nservers:\n  web: { image: ${of}, type: t3.small, zone: us-east-1a, ${more} }\n`
const newer = image.replace('12', '13')

/** A change, from one stack file to another; `undefined`: everything goes. */
const changes: readonly { name: string; before?: string; after?: string }[] = [
  { name: 'the first apply', after: stack() },
  { name: 'an address for a server that stands', before: stack('elasticIp: false'), after: stack() },
  { name: 'the replacement of its server', before: stack(), after: stack('elasticIp: true', newer) },
  { name: 'the end of the address', before: stack(), after: stack('elasticIp: false') },
  { name: 'the end of everything', before: stack() },
]

describe('a run with an elastic address that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 120_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    expect(calls).toBeGreaterThan(2)
  })
})

/** Kills the change after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const first = await addressesIn(world)
    const isDead = after === undefined ? await world.killDestroy(stack(), calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(stack()) : await world.apply(after)
    expect(result.status).toBe('converged')
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    await expectWhole(world, after, first)
    return isDead
  } finally {
    await world.close()
  }
}

/** As many addresses as the file asks for, on its server, and the one that was there before. */
async function expectWhole(world: Simulation, text: string | undefined, first: readonly Address[]): Promise<void> {
  const addresses = await addressesIn(world)
  const isAsked = text?.includes('elasticIp: true') ?? false
  const { instances } = await world.census()
  expect(addresses.map(({ InstanceId }) => InstanceId)).toEqual(isAsked ? instances : [])
  expect(instances).toHaveLength(text === undefined ? 0 : 1)
  const [known] = first
  if (isAsked && known) expect(addresses[0]?.AllocationId).toBe(known.AllocationId)
}

async function addressesIn(world: Simulation): Promise<readonly Address[]> {
  return (await world.client.send(new DescribeAddressesCommand({}))).Addresses ?? []
}

describe.concurrent('a lost response', () => {
  it.each<[string, string, string]>([
    ['AllocateAddress', stack('elasticIp: false'), stack()],
    ['AssociateAddress', stack('elasticIp: false'), stack()],
    ['DisassociateAddress', stack(), stack('elasticIp: false')],
    ['ReleaseAddress', stack(), stack('elasticIp: false')],
  ])('to %s neither fails the run nor leaves anything behind', async (action, before, after) => {
    const world = await startSimulation()
    try {
      await world.apply(before)
      const first = await addressesIn(world)
      world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
      expect((await world.apply(after)).result.status).toBe('converged')
      await expectWhole(world, after, first)
    } finally {
      await world.close()
    }
  })
})

describe('a used-up quota of elastic addresses', () => {
  it('fails that address alone, and the next apply makes it', async () => {
    const world = await startSimulation()
    try {
      const failure = { code: 'AddressLimitExceeded', httpStatus: 400 }
      world.setFaults({ scripted: [{ action: 'AllocateAddress', call: 1, failure }] })
      const { result } = await world.apply(stack())
      const failed = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.code] : []))
      expect(failed).toEqual(['EC2_QUOTA'])
      expect((await world.census()).instances).toHaveLength(1)
      expect((await world.apply(stack())).result.status).toBe('converged')
      await expectWhole(world, stack(), [])
    } finally {
      await world.close()
    }
  })
})
