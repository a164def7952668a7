import {
  AutoScalingClient,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DetachLoadBalancerTargetGroupsCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { until } from '../support/until.js'

/** A group behind a load balancer, with nothing else. */
const stack = `evenkeel: 1
stack: scaled
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  web: { ingress: [{ port: 80, from: securityGroup.edge }] }
loadBalancers:
  front: { securityGroups: [edge], targets: { port: 80 } }
scalingGroups:
  web:
    image: ${image}
    type: t3.micro
    min: 1
    max: 3
    desired: 2
    zones: [us-east-1a, us-east-1b]
    securityGroups: [web]
    loadBalancer: front
    userData: "#!/bin/sh\\necho one\\n"
    health: { grace: 0 }
    tags: { team: web }
`
const larger = stack.replace('t3.micro', 't3.small').replace('max: 3', 'max: 4')
const bare = stack.slice(0, stack.indexOf('loadBalancers:')).replace('stack: scaled', 'stack: scaled')

/** A change, from one stack file to another; `undefined`: everything goes. */
const changes: readonly { name: string; before?: string; after?: string }[] = [
  { name: 'the first apply', after: stack },
  { name: 'another type, and another size', before: stack, after: larger },
  { name: 'a group that leaves the file', before: stack, after: bare },
  { name: 'the end of everything', before: stack },
]

describe('a run with a scaling group that is killed after each of its calls', () => {
  it.concurrent.each(changes)('is finished by the next: $name', { timeout: 300_000 }, async ({ before, after }) => {
    let calls = 1
    while (await survivesDeath(before, after, calls)) calls += 1
    expect(calls).toBeGreaterThan(3)
  })
})

async function survivesDeath(before: string | undefined, after: string | undefined, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    if (before !== undefined) expect((await world.apply(before)).result.status).toBe('converged')
    const isDead = after === undefined ? await world.killDestroy(stack, calls) : await world.kill(after, calls)
    const { result } = after === undefined ? await world.destroy(stack) : await world.apply(after)
    expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
    expect(result.status).toBe('converged')
    if (after !== undefined) expect((await world.plan(after)).steps).toEqual([])
    const census = await world.census()
    const isScaled = after === stack || after === larger
    expect(census.instances).toHaveLength(isScaled ? 2 : 0)
    expect(census.volumes).toEqual([])
    // Beside the ledger the one that is launched from.
    expect(await templatesIn(world)).toHaveLength(isScaled ? 1 : 0)
    expect(census.securityGroups).toHaveLength(after === undefined ? 0 : 2)
    return isDead
  } finally {
    await world.close()
  }
}

async function templatesIn({ client }: Simulation): Promise<readonly string[]> {
  const { LaunchTemplates = [] } = await client.send(new DescribeLaunchTemplatesCommand({}))
  return LaunchTemplates.flatMap(({ LaunchTemplateName = '' }) =>
    LaunchTemplateName.startsWith('evenkeel.scaling/') ? [LaunchTemplateName] : [],
  )
}

/** Auto Scaling's client for the world of a simulation. */
function scalingOf({ client }: Simulation): AutoScalingClient {
  const { region, credentials, endpoint } = client.config
  return new AutoScalingClient({ region, credentials, ...(endpoint && { endpoint }) })
}

const web = { AutoScalingGroupName: 'scaled/web' }

async function groupOf(world: Simulation): Promise<AutoScalingGroup> {
  const { AutoScalingGroups = [] } = await scalingOf(world).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [web.AutoScalingGroupName] }),
  )
  return AutoScalingGroups[0]!
}

/** Waits until it has as many members in service as it wants. */
async function settled(world: Simulation): Promise<void> {
  await until(async () => {
    const { Instances = [], DesiredCapacity } = await groupOf(world)
    return (
      Instances.length === DesiredCapacity && Instances.every(({ LifecycleState }) => LifecycleState === 'InService')
    )
  })
}

async function otherTemplate(world: Simulation) {
  const { LaunchTemplate } = await world.client.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'by-hand',
      LaunchTemplateData: {
        ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
        InstanceType: 't3.medium',
      },
    }),
  )
  return { LaunchTemplateId: LaunchTemplate!.LaunchTemplateId!, Version: '1' }
}

/** What somebody does by hand, and the property under which the plan tells it. */
const hands: readonly {
  readonly name: string
  readonly path: string
  readonly by: (world: Simulation) => Promise<unknown>
}[] = [
  {
    name: 'another size',
    path: 'max',
    by: (world) => scalingOf(world).send(new UpdateAutoScalingGroupCommand({ ...web, MaxSize: 9 })),
  },
  {
    name: 'more members than the file says',
    path: 'desired',
    by: (world) => scalingOf(world).send(new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 3 })),
  },
  {
    name: 'processes suspended',
    path: 'suspended',
    by: (world) => scalingOf(world).send(new SuspendProcessesCommand({ ...web, ScalingProcesses: ['Launch'] })),
  },
  {
    name: 'another template',
    path: 'template',
    by: async (world) =>
      scalingOf(world).send(new UpdateAutoScalingGroupCommand({ ...web, LaunchTemplate: await otherTemplate(world) })),
  },
  {
    name: 'taken from its load balancer',
    path: 'loadBalancer',
    by: async (world) => {
      const { TargetGroupARNs } = await groupOf(world)
      return scalingOf(world).send(new DetachLoadBalancerTargetGroupsCommand({ ...web, TargetGroupARNs }))
    },
  },
  {
    name: 'another health check',
    path: 'health.grace',
    by: (world) => scalingOf(world).send(new UpdateAutoScalingGroupCommand({ ...web, HealthCheckGracePeriod: 77 })),
  },
  {
    name: 'protected',
    path: 'protect',
    by: (world) =>
      scalingOf(world).send(new UpdateAutoScalingGroupCommand({ ...web, DeletionProtection: 'prevent-all-deletion' })),
  },
  {
    name: 'deleted',
    path: 'exists',
    by: async (world) => {
      await scalingOf(world).send(new DeleteAutoScalingGroupCommand({ ...web, ForceDelete: true }))
      await until(async () => (await groupOf(world)) === undefined)
    },
  },
]

describe('what somebody changed by hand', () => {
  it.concurrent.each(hands)('is drift, and is healed: $name', { timeout: 120_000 }, async ({ path, by }) => {
    const world = await startSimulation()
    try {
      expect((await world.apply(stack)).result.status).toBe('converged')
      await by(world)
      const { plan, result } = await world.apply(stack)
      const diffs = plan.changes.find(({ address }) => address === 'scalingGroup.web')?.diffs ?? []
      expect(diffs.find((diff) => diff.path === path)).toMatchObject({ cause: 'drift' })
      expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
      expect((await world.plan(stack)).steps).toEqual([])
      expect((await groupOf(world)).MaxSize).toBe(3)
      const types = await typesOf(world)
      expect(types).toEqual(['t3.micro', 't3.micro'])
    } finally {
      await world.close()
    }
  })
})

async function typesOf({ client }: Simulation): Promise<readonly (string | undefined)[]> {
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['pending', 'running'] }] }),
  )
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceType }) => InstanceType)
}

describe('a scaling group', () => {
  it('heals its members by itself, and none of them is a server of the stack', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    try {
      await world.apply(stack)
      const before = (await groupOf(world)).Instances!.map(({ InstanceId }) => InstanceId!)
      await world.client.send(new TerminateInstancesCommand({ InstanceIds: [before[0]!] }))
      await until(async () => {
        const { Instances = [] } = await groupOf(world)
        return Instances.length === 2 && !Instances.some(({ InstanceId }) => InstanceId === before[0])
      })
      await settled(world)
      const plan = await world.plan(stack)
      expect([plan.steps, plan.problems, plan.complete]).toEqual([[], [], true])
      const live = await world.observe(stack)
      expect([live.servers, live.volumes]).toEqual([[], []])
      expect(live.scalingGroups?.[0]?.group?.members).toHaveLength(2)
      // Without a file it is known by its tags.
      const gone = await world.destroy('evenkeel: 1\nstack: scaled\ntarget: sandbox\n')
      expect(gone.result.status).toBe('converged')
      expect((await world.census()).instances).toEqual([])
    } finally {
      await world.close()
    }
  })

  it('whose `desired` is left out is scaled by others', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    const free = stack.replace('    desired: 2\n', '')
    try {
      await world.apply(free)
      await scalingOf(world).send(new SetDesiredCapacityCommand({ ...web, DesiredCapacity: 3 }))
      expect((await world.plan(free)).steps).toEqual([])
      const narrower = free.replace('max: 3', 'max: 2')
      const { result } = await world.apply(narrower)
      expect(result.status).toBe('converged')
      await settled(world)
      expect(await groupOf(world)).toMatchObject({ DesiredCapacity: 2, MaxSize: 2 })
    } finally {
      await world.close()
    }
  })

  it('that is renamed keeps its name, its members and its template', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    try {
      await world.apply(stack)
      const before = await groupOf(world)
      const renamed = `${stack.replace('  web:\n    image', '  pages:\n    image')}moved: [{ from: scalingGroup.web, to: scalingGroup.pages }]\n`
      const { result } = await world.apply(renamed)
      expect(result.status).toBe('converged')
      expect((await world.plan(renamed)).steps).toEqual([])
      const after = await groupOf(world)
      expect(after.Instances?.map(({ InstanceId }) => InstanceId)).toEqual(
        before.Instances?.map(({ InstanceId }) => InstanceId),
      )
      expect((await world.destroy(renamed)).result.status).toBe('converged')
      expect(await templatesIn(world)).toEqual([])
    } finally {
      await world.close()
    }
  })

  it('that is protected goes only where the file says otherwise', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    const guarded = stack.replace('    tags:', '    protect: true\n    tags:')
    try {
      await world.apply(guarded)
      const plan = await world.planDestroy(guarded)
      expect(plan.problems).toMatchObject([{ code: 'PLAN_PROTECTED', address: 'scalingGroup.web' }])
      expect(plan.applyable).toBe(false)
      await world.apply(stack)
      expect((await world.destroy(stack)).result.status).toBe('converged')
    } finally {
      await world.close()
    }
  })

  it(
    'waits for a refresh that goes where it wants, and cancels one that goes elsewhere',
    { timeout: 60_000 },
    async () => {
      const world = await startSimulation()
      try {
        await world.apply(stack)
        await scalingOf(world).send(
          new StartInstanceRefreshCommand({
            ...web,
            DesiredConfiguration: { LaunchTemplate: await otherTemplate(world) },
            Preferences: { InstanceWarmup: 7_000 },
          }),
        )
        const { result } = await world.apply(larger)
        expect(result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')).toEqual([])
        expect((await world.plan(larger)).steps).toEqual([])
        expect(await typesOf(world)).toEqual(['t3.small', 't3.small'])
      } finally {
        await world.close()
      }
    },
  )

  it('says when its members cannot be replaced, and is as before then', { timeout: 60_000 }, async () => {
    const world = await startSimulation({ latencies: { instancePendingMs: 0, scalingMs: 0, scalingScale: 0.02 } })
    try {
      await world.apply(stack)
      world.setFaults({ capacity: { probability: 1, only: ['t3.small'] } })
      const { result } = await world.apply(larger)
      const failed = result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')
      expect(failed).toMatchObject([{ outcome: { error: { code: 'SCALING_REFRESH_FAILED' } } }])
      expect(await typesOf(world)).toEqual(['t3.micro', 't3.micro'])
      world.setFaults({})
      expect((await world.apply(larger)).result.status).toBe('converged')
    } finally {
      await world.close()
    }
  })

  it('is made once where answers are lost', { timeout: 60_000 }, async () => {
    const world = await startSimulation({ faults: { lostResponses: { probability: 0.4 } }, seed: 7 })
    try {
      expect((await world.apply(stack)).result.status).toBe('converged')
      expect((await world.apply(larger)).result.status).toBe('converged')
      expect(await templatesIn(world)).toHaveLength(1)
      expect((await world.destroy(larger)).result.status).toBe('converged')
      expect((await world.census()).instances).toEqual([])
    } finally {
      await world.close()
    }
  })

  it('is asked for where a stack has one, and nowhere else', { timeout: 60_000 }, async () => {
    const world = await startSimulation()
    try {
      const none = await world.requestsDuring(() => world.plan(bare))
      expect(none.filter(({ service }) => service === 'autoscaling')).toEqual([])
      await world.apply(stack)
      const some = await world.requestsDuring(() => world.plan(stack))
      expect(some.filter(({ service }) => service === 'autoscaling').map(({ action }) => action)).toEqual([
        'DescribeAutoScalingGroups',
      ])
    } finally {
      await world.close()
    }
  })
})
