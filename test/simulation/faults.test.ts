import { setTimeout as sleep } from 'node:timers/promises'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/executor/events.js'
import type { Faults } from '../../src/sandbox/sandbox.js'
import { pairStack } from '../support/stacks.js'
import { simulationsOfFile, startSimulation, type Simulation } from '../support/simulation.js'

const start = simulationsOfFile()

/** What a converged pairStack consists of; anything more would be a duplicate. */
const whole = { instances: 2, volumes: 2, securityGroups: 1, keyPairs: 1, launchTemplates: 1 }

async function expectWhole(world: Simulation): Promise<void> {
  expect((await world.plan(pairStack())).steps).toEqual([])
  const census = await world.census()
  const counts = Object.fromEntries(Object.keys(whole).map((key) => [key, census[key as keyof typeof whole].length]))
  expect(counts).toEqual(whole)
}

const nothing = 'evenkeel: 1\nstack: pair\ntarget: sandbox\n'

/** Calls that an apply of the pair makes, with the step that makes each. */
const calls = [
  ['ImportKeyPair', 'import-key-pair'],
  ['CreateSecurityGroup', 'create-security-group'],
  ['AuthorizeSecurityGroupIngress', 'authorize-ingress'],
  ['RunInstances', 'create-server'],
  ['CreateVolume', 'create-volume'],
  ['AttachVolume', 'attach-volume'],
  ['CreateTags', 'tag-resource'],
] as const

describe.concurrent('a call that EC2 refuses', () => {
  it.each(calls)('%s fails its step, blocks what needs it, and nothing else', async (action, kind) => {
    const world = await start({
      faults: {
        // What is refused to two together is asked for one by one.
        scripted: (action === 'RunInstances' ? [1, 2] : [1]).map((call) => ({
          action,
          call,
          failure: { code: 'UnauthorizedOperation', httpStatus: 403 },
        })),
      },
    })
    const { plan, result } = await world.apply(pairStack())
    const failed = result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')
    expect(failed).toHaveLength(1)
    const [failure] = failed
    expect(failure?.stepId.startsWith(`${kind}:`)).toBe(true)
    const ended = new Map(result.outcomes.map(({ stepId, outcome }) => [stepId, outcome]))
    for (const step of plan.steps) {
      const outcome = ended.get(step.id)
      const needsDone = step.needs.every((need) => ['done', 'unchanged'].includes(ended.get(need)?.kind ?? ''))
      if (step.id !== failure?.stepId) expect(outcome?.kind).toBe(needsDone ? 'done' : 'blocked')
      if (outcome?.kind === 'blocked') expect(outcome.by).toBe(failure?.stepId)
    }
    expect(result.status).toBe('partial')
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })

  it.each<[string, string, string]>([
    ['StopInstances', 'stop-server', pairStack({ type: 't3.medium' })],
    ['ModifyInstanceAttribute', 'modify-server', pairStack({ type: 't3.medium' })],
    ['StartInstances', 'start-server', pairStack({ type: 't3.medium' })],
    ['ModifyVolume', 'modify-volume', pairStack({ size: 2 })],
    ['RevokeSecurityGroupIngress', 'revoke-ingress', pairStack().replace('80-81', '443')],
    ['DetachVolume', 'detach-volume', nothing],
    ['CreateSnapshot', 'create-snapshot', nothing],
    ['DeleteVolume', 'delete-volume', nothing],
    ['TerminateInstances', 'terminate-server', nothing],
    ['DeleteKeyPair', 'delete-key-pair', nothing],
    ['DeleteSecurityGroup', 'delete-security-group', nothing],
  ])('%s fails its step of a change, and the next apply finishes it', async (action, kind, after) => {
    const world = await start()
    await world.apply(pairStack())
    const failure = { code: 'UnauthorizedOperation', httpStatus: 403 }
    // A call for several servers that is refused is followed by one for each.
    const calls = action === 'StopInstances' || action === 'TerminateInstances' ? [1, 2] : [1]
    world.setFaults({ scripted: calls.map((call) => ({ action, call, failure })) })
    const { result } = await world.apply(after)
    const failed = result.outcomes.flatMap(({ stepId, outcome }) => (outcome.kind === 'failed' ? [stepId] : []))
    expect([...new Set(failed.map((id) => id.split(':')[0]))]).toEqual([kind])
    expect((await world.apply(after)).result.status).toBe('converged')
    expect((await world.plan(after)).steps).toEqual([])
  })

  it('has no effect on servers when there is no capacity for them', async () => {
    const world = await start({ faults: { capacity: { probability: 1 } } })
    const { result } = await world.apply(pairStack())
    const failed = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : []))
    expect(failed).toHaveLength(2)
    expect(failed[0]?.message).toMatch(/capacity/i)
    const census = await world.census()
    expect({ instances: census.instances.length, volumes: census.volumes.length }).toEqual({ instances: 0, volumes: 2 })
    world.setFaults({})
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })

  it('fails the run, and starts nothing, when it is the ledger’s', async () => {
    const failure = { code: 'UnauthorizedOperation', httpStatus: 403 }
    const world = await start({ faults: { scripted: [{ action: 'CreateLaunchTemplate', call: 1, failure }] } })
    const { result } = await world.apply(pairStack())
    expect(result.status).toBe('failed')
    expect(result.error?.message).toBeTruthy()
    expect(new Set(result.outcomes.map(({ outcome }) => outcome.kind))).toEqual(new Set(['cancelled']))
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })
})

describe.concurrent('a lost response', () => {
  const lost = [...calls.map(([action]) => action), 'CreateLaunchTemplate'] as const

  it.each(lost)('to %s makes no duplicate', async (action) => {
    const world = await start({ faults: { scripted: [{ action, call: 1, failure: 'lost-response' }] } })
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })

  it.each([
    'TerminateInstances',
    'DetachVolume',
    'CreateSnapshot',
    'DeleteVolume',
    'DeleteKeyPair',
    'DeleteSecurityGroup',
  ])('to %s leaves nothing behind', async (action) => {
    const world = await start()
    await world.apply(pairStack())
    world.setFaults({ scripted: [{ action, call: 1, failure: 'lost-response' }] })
    expect((await world.destroy(pairStack())).result.status).toBe('converged')
    const { snapshots, ...left } = await world.census()
    expect(left).toEqual({ instances: [], volumes: [], securityGroups: [], keyPairs: [], launchTemplates: [] })
    expect(snapshots).toHaveLength(2)
  })
})

describe.concurrent('an interruption', () => {
  it('ends what only waits at once, and the next apply goes on from there', async () => {
    const world = await start({ latencies: { instancePendingMs: 3_000 } })
    const controller = new AbortController()
    const run = world.apply(pairStack(), { signal: controller.signal })
    while ((await world.census()).instances.length < 2) await sleep(20)
    controller.abort()
    const { result } = await run
    expect(result.status).toBe('cancelled')
    expect(await statesOf(world)).toEqual(['pending', 'pending'])
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })

  it('starts nothing new, finishes what writes, and the next apply goes on', async () => {
    const world = await start({ latencies: 'fast' })
    const controller = new AbortController()
    const events: RunEvent[] = []
    const { result } = await world.apply(pairStack(), {
      signal: controller.signal,
      events: (event) => {
        events.push(event)
        if (event.kind === 'step-started' && event.step.kind === 'create-server') controller.abort()
      },
    })
    expect(result.status).toBe('cancelled')
    const interrupted = events.findIndex(({ kind }) => kind === 'interrupted')
    expect(events.slice(interrupted).filter(({ kind }) => kind === 'step-started')).toEqual([])
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })
})

describe('an interruption while EC2 is away', () => {
  it('begins nothing any more, and ends the first writing too', async () => {
    const world = await start({ latencies: 'real', clock: 'wire' })
    const controller = new AbortController()
    const at: Partial<Record<RunEvent['kind'], number>> = {}
    const { result } = await world.apply(pairStack(), {
      signal: controller.signal,
      events: (event) => {
        at[event.kind] = event.at
        if (event.kind !== 'run-started') return
        world.setFaults({ serverErrors: { probability: 1 } })
        void world.clock.sleep(3_000).then(() => controller.abort())
      },
    })
    expect(result.status).toBe('cancelled')
    expect(at).not.toHaveProperty('step-started')
    // On the clock of the simulation; without an interruption it is patient for minutes.
    expect((at['run-finished'] ?? Infinity) - (at.interrupted ?? 0)).toBeLessThan(1_000)
    world.setFaults({})
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })

  it('does not wait for it to write down how the run ended', async () => {
    const world = await start({ latencies: 'real', clock: 'wire' })
    const controller = new AbortController()
    const at: Partial<Record<RunEvent['kind'], number>> = {}
    const { result } = await world.apply(pairStack(), {
      signal: controller.signal,
      events: (event) => {
        if ('at' in event) at[event.kind] = event.at
        if (event.kind !== 'step-started' || event.step.kind !== 'create-server') return
        world.setFaults({ serverErrors: { probability: 1 } })
        controller.abort()
      },
    })
    expect(result).toMatchObject({ status: 'partial', isUnsettled: true })
    // On the clock of the simulation; without an interruption it is patient for minutes.
    expect((at['run-finished'] ?? Infinity) - (at.interrupted ?? 0)).toBeLessThan(8_000)
    world.setFaults({})
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    await expectWhole(world)
  })
})

describe('any mixture of faults', () => {
  it('ends in the wanted state once it is over, without a duplicate', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100_000), async (seed) => {
        const world = await startSimulation({ seed, faults: weather })
        try {
          await world.apply(pairStack())
          await world.apply(pairStack())
          world.setFaults({})
          const { result } = await world.apply(pairStack())
          expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
          await expectWhole(world)
        } finally {
          await world.close()
        }
      }),
      { numRuns: Number(process.env['EVENKEEL_RUNS'] ?? 6), verbose: 1 },
    )
  }, 120_000)
})

async function statesOf(world: Simulation): Promise<readonly (string | undefined)[]> {
  const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name))
}

const weather: Faults = {
  serverErrors: { probability: 0.08 },
  lostResponses: { probability: 0.15 },
  capacity: { probability: 0.2 },
  launchFailures: { probability: 0.1 },
  visibilityDelayMs: { describe: 20, mutate: 20, filter: 40 },
}
