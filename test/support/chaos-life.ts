import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  RevokeSecurityGroupIngressCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { EvenkeelError, messageOf } from '../../src/core/errors.js'
import type { ApplyResult } from '../../src/executor/outcome.js'
import type { Plan } from '../../src/model/plan.js'
import { faultsOfProfile, type ChaosProfile } from '../../src/sandbox/faults/profiles.js'
import { startSimulation, type Census, type Simulation } from './simulation.js'
import { root } from './source-tree.js'

/** The examples that need nothing from inside a server, so that all of their life is in EC2. */
export const livableExamples = ['hello.yaml', 'music-library.yaml', 'web-pair.yaml', 'erlang-cluster.yaml'] as const
export type LivableExample = (typeof livableExamples)[number]

/** How often somebody says `apply` again before giving up; chosen: quotas and capacity are drawn anew each time. */
const attemptsMax = 12
/** Between two attempts. */
const pauseMs = 30_000

export interface Life {
  readonly example: LivableExample
  readonly seed: number
  /** Undefined: it converged throughout. */
  readonly failure: string | undefined
  /** Applies and destroys that it took, where a calm world takes three. */
  readonly runs: number
}

/**
 * An example's whole life under chaos, at EC2's pace: applied, moved by hand, healed, destroyed, each as often as it takes;
 * then, when the weather is fine again, looked at: everything once, an empty plan, and nothing left in the end.
 */
export async function liveUnderChaos(example: LivableExample, seed: number, profile: ChaosProfile): Promise<Life> {
  const stacks = join(root, 'examples/stacks')
  const text = readFileSync(join(stacks, example), 'utf8')
  const weather = faultsOfProfile(profile, 'real')
  const world = await startSimulation({
    seed,
    faults: weather,
    latencies: 'real',
    clock: 'virtual',
    baseDirectory: stacks,
  })
  const runs = { count: 0, log: [] as string[] }
  try {
    await untilConverged(world, () => world.plan(text), runs, 'apply')
    await inCalm(world, weather, async () => {
      await settle(world, text)
      await expectWhole(world, text, 'after the apply')
      await moveByHand(world, seed)
    })
    await untilConverged(world, () => world.plan(text), runs, 'heal')
    await inCalm(world, weather, async () => {
      await settle(world, text)
      await expectWhole(world, text, 'after the hand')
    })
    await untilConverged(world, () => world.planDestroy(text), runs, 'destroy')
    await inCalm(world, weather, async () => {
      await world.clock.sleep(calmMs)
      // What a lost answer hid is found by the next destroy, as by the next apply.
      await carryOutOnce(world, () => world.planDestroy(text))
      await expectNothing(world)
    })
    return { example, seed, failure: undefined, runs: runs.count }
  } catch (error) {
    return { example, seed, failure: [...runs.log.slice(-12), messageOf(error)].join('\n  '), runs: runs.count }
  } finally {
    await world.close()
  }
}

/** Longer than everything that a profile delays. */
const calmMs = 300_000

async function inCalm(world: Simulation, weather: object, work: () => Promise<void>): Promise<void> {
  world.setFaults({})
  await world.clock.sleep(calmMs)
  await work()
  world.setFaults(weather)
}

/** A reboot or a thief may have come after the last apply; what they did is drift, which one more apply heals. */
async function settle(world: Simulation, text: string): Promise<void> {
  await carryOutOnce(world, () => world.plan(text))
}

async function carryOutOnce(world: Simulation, plan: () => Promise<Plan>): Promise<void> {
  const made = await plan()
  if (made.steps.length > 0 || made.ledger.before.length !== made.ledger.after.length) await world.carryOut(made)
}

async function untilConverged(
  world: Simulation,
  makePlan: () => Promise<Plan>,
  runs: { count: number; log: string[] },
  what: string,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    runs.count += 1
    try {
      const plan = await makePlan()
      if (!plan.applyable) {
        runs.log.push(`${what} ${attempt}: refused: ${plan.problems.map(({ code }) => code).join(', ')}`)
      } else {
        const result = await world.carryOut(plan)
        if (result.status === 'converged') return
        runs.log.push(`${what} ${attempt}: ${result.status}: ${failuresOf(result)}`)
      }
    } catch (error) {
      if (!(error instanceof EvenkeelError) || error.code === 'BUG') throw error
      runs.log.push(`${what} ${attempt}: ${error.code}: ${error.message}`)
    }
    await world.clock.sleep(pauseMs)
  }
  throw new Error(`${what} did not converge in ${attemptsMax} attempts`)
}

function failuresOf(result: ApplyResult): string {
  const failed = result.outcomes.flatMap(({ stepId, outcome }) =>
    outcome.kind === 'failed' ? [`${stepId} ${outcome.error.code}: ${outcome.error.message}`] : [],
  )
  return [...(result.error ? [result.error.message] : []), ...failed].join('; ')
}

async function expectWhole(world: Simulation, text: string, when: string): Promise<void> {
  const plan = await world.plan(text)
  if (plan.steps.length > 0)
    throw new Error(`${when} the plan is not empty: ${plan.steps.map(({ id }) => id).join(', ')}`)
  const live = await world.observe(text)
  const census = await world.census()
  const wanted: Pick<Census, 'instances' | 'volumes' | 'securityGroups' | 'keyPairs'> = {
    instances: idsOf(live.servers),
    volumes: idsOf(live.volumes),
    securityGroups: idsOf(live.securityGroups),
    keyPairs: idsOf(live.keyPairs),
  }
  for (const [kind, ids] of Object.entries(wanted)) {
    const found = census[kind as keyof typeof wanted]
    if (found.join() !== ids.join()) {
      throw new Error(`${when} there are ${kind} ${found.join(' ')} where the stack knows ${ids.join(' ')}`)
    }
  }
}

function idsOf(resources: readonly { readonly id: string }[]): readonly string[] {
  return resources.map(({ id }) => id).sort()
}

async function expectNothing(world: Simulation): Promise<void> {
  const { snapshots: _kept, ...left } = await world.census()
  const names = Object.entries(left).flatMap(([kind, ids]) => (ids.length > 0 ? [`${kind} ${ids.join(' ')}`] : []))
  if (names.length > 0) throw new Error(`after the destroy there are left: ${names.join('; ')}`)
}

/** What people do in the console: one thing for each seed, where there is something to do it to. */
async function moveByHand({ client }: Simulation, seed: number): Promise<void> {
  const { Reservations } = await client.send(new DescribeInstancesCommand({}))
  const running = (Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name === 'running')
  const InstanceIds = running.slice(0, 1).map(({ InstanceId }) => InstanceId ?? '')
  const { Volumes } = await client.send(new DescribeVolumesCommand({}))
  const data = (Volumes ?? []).find(({ Attachments }) => Attachments?.[0]?.DeleteOnTermination === false)
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({}))
  const group = (SecurityGroups ?? []).find(
    ({ GroupName, IpPermissions }) => GroupName !== 'default' && IpPermissions?.length,
  )
  const hands = [
    () => client.send(new TerminateInstancesCommand({ InstanceIds })),
    () => client.send(new StopInstancesCommand({ InstanceIds })),
    () => client.send(new CreateTagsCommand({ Resources: InstanceIds, Tags: [{ Key: 'Name', Value: 'by hand' }] })),
    () =>
      client.send(
        new RevokeSecurityGroupIngressCommand({
          GroupId: group?.GroupId,
          IpPermissions: group?.IpPermissions?.slice(0, 1),
        }),
      ),
    async () => data && client.send(new DetachVolumeCommand({ VolumeId: data.VolumeId })),
  ]
  await hands[seed % hands.length]?.()
}
