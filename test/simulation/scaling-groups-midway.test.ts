import {
  AutoScalingClient,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  SuspendProcessesCommand,
  type AutoScalingGroup,
  type InstanceRefresh,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  type Instance,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/model/plan.js'
import { startSimulation, type Simulation, type SimulationOptions } from '../support/simulation.js'
import { image } from '../support/stacks.js'
import { until } from '../support/until.js'

const stack = `evenkeel: 1
stack: scaled
target: sandbox
securityGroups:
  web: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
scalingGroups:
  web:
    image: ${image}
    type: t3.micro
    min: 1
    max: 3
    desired: 2
    zones: [us-east-1a, us-east-1b]
    securityGroups: [web]
    health: { grace: 0 }
`

/** A group in a network of the stack. */
const placed = stack
  .replace(
    'securityGroups:\n',
    `networks:
  lab:
    cidr: 10.20.0.0/16
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1b, public: true }
securityGroups:
`,
  )
  .replace('zones: [us-east-1a, us-east-1b]', 'subnets: [network.lab.a, network.lab.b]')
const narrow = placed.replace(', network.lab.b]', ']').replace(/ {6}b: .*\n/, '')

const web = { AutoScalingGroupName: 'scaled/web' }

function scalingOf({ client }: Simulation): AutoScalingClient {
  const { region, credentials, endpoint } = client.config
  return new AutoScalingClient({ region, credentials, ...(endpoint && { endpoint }) })
}

async function groupOf(world: Simulation): Promise<AutoScalingGroup | undefined> {
  const query = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [web.AutoScalingGroupName] })
  return (await scalingOf(world).send(query)).AutoScalingGroups?.[0]
}

async function refreshesOf(world: Simulation): Promise<readonly InstanceRefresh[]> {
  return (await scalingOf(world).send(new DescribeInstanceRefreshesCommand(web))).InstanceRefreshes ?? []
}

/** As a run leaves it that was killed before it had the group launch from it. */
async function templateOfKilledRun({ client }: Simulation): Promise<string> {
  const tags = { 'evenkeel:stack': 'scaled', 'evenkeel:address': 'scalingGroup.web', 'evenkeel:role': 'scaling' }
  const { LaunchTemplate } = await client.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'evenkeel.scaling/scaled/web/0123456789ab',
      LaunchTemplateData: {
        ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
        InstanceType: 't3.small',
      },
      TagSpecifications: [
        { ResourceType: 'launch-template', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  )
  return LaunchTemplate!.LaunchTemplateId!
}

async function runningIn({ client }: Simulation): Promise<readonly Instance[]> {
  const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }]
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ Filters }))
  return Reservations.flatMap(({ Instances = [] }) => Instances)
}

function diffsOf(plan: Plan) {
  return plan.changes.find(({ address }) => address === 'scalingGroup.web')?.diffs ?? []
}

async function inWorld(work: (world: Simulation) => Promise<void>, options?: SimulationOptions): Promise<void> {
  const world = await startSimulation(options)
  try {
    await work(world)
  } finally {
    await world.close()
  }
}

async function converges(world: Simulation, text: string): Promise<Plan> {
  const { plan, result } = await world.apply(text)
  expect(result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error.message] : []))).toEqual(
    [],
  )
  expect(result.status).toBe('converged')
  const next = await world.plan(text)
  expect([next.steps, next.problems]).toEqual([[], []])
  return plan
}

describe('a scaling group that is found midway', { timeout: 120_000 }, () => {
  it('is made again when it was deleted by hand and its members are still ending', () =>
    inWorld(
      async (world) => {
        await converges(world, stack)
        await scalingOf(world).send(new DeleteAutoScalingGroupCommand({ ...web, ForceDelete: true }))
        expect((await groupOf(world))?.Status).toBe('Delete in progress')
        const plan = await converges(world, stack)
        expect(plan.changes.find(({ address }) => address === 'scalingGroup.web')).toMatchObject({ kind: 'create' })
        expect(diffsOf(plan).find(({ path }) => path === 'exists')).toMatchObject({ cause: 'drift' })
        expect((await groupOf(world))?.Instances).toHaveLength(2)
      },
      { latencies: { instanceShuttingDownMs: 1_500 } },
    ))

  it('is waited for by the destroy that finds it ending', () =>
    inWorld(
      async (world) => {
        await converges(world, stack)
        await scalingOf(world).send(new DeleteAutoScalingGroupCommand({ ...web, ForceDelete: true }))
        expect((await world.destroy(stack)).result.status).toBe('converged')
        expect(await groupOf(world)).toBeUndefined()
      },
      { latencies: { instanceShuttingDownMs: 1_500 } },
    ))

  it('is not as the file says until its members are in service, however often a run gives up', () =>
    inWorld(
      async (world) => {
        world.setFaults({ capacity: { probability: 1, only: ['t3.micro'] } })
        for (const run of [1, 2]) {
          const { plan, result } = await world.apply(stack)
          const failed = result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')
          expect([run, failed]).toMatchObject([run, [{ outcome: { error: { code: 'SCALING_NOT_IN_SERVICE' } } }]])
          expect(plan.steps.length).toBeGreaterThan(0)
        }
        world.setFaults({})
        await converges(world, stack)
        expect(await runningIn(world)).toHaveLength(2)
      },
      { latencies: { instancePendingMs: 0, scalingMs: 0, scalingScale: 0.02 } },
    ))

  it('goes back when the file does, although nothing of its members is replaced yet', () =>
    inWorld(async (world) => {
      await converges(world, stack)
      const other = await templateOfKilledRun(world)
      await scalingOf(world).send(new SuspendProcessesCommand({ ...web, ScalingProcesses: ['Launch', 'Terminate'] }))
      await scalingOf(world).send(
        new StartInstanceRefreshCommand({
          ...web,
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: other, Version: '1' } },
          Preferences: { MaxHealthyPercentage: 200, MinHealthyPercentage: 100, InstanceWarmup: 0 },
        }),
      )
      const plan = await converges(world, stack)
      expect(diffsOf(plan)).toMatchObject([
        { path: 'members', before: `being replaced by those of ${other} version 1`, cause: 'drift' },
        { path: 'suspended' },
      ])
      expect((await refreshesOf(world)).map(({ Status }) => Status)).toEqual(['Successful', 'Cancelled'])
      expect((await runningIn(world)).map(({ InstanceType }) => InstanceType)).toEqual(['t3.micro', 't3.micro'])
    }))

  it('is taken back from a version of its own template that somebody made', () =>
    inWorld(async (world) => {
      await converges(world, stack)
      const { LaunchTemplateId } = (await groupOf(world))!.LaunchTemplate!
      await world.client.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId,
          SourceVersion: '1',
          LaunchTemplateData: { InstanceType: 't3.medium' },
        }),
      )
      // Nothing launches from it so far.
      expect((await world.plan(stack)).steps).toEqual([])
      await scalingOf(world).send(
        new StartInstanceRefreshCommand({
          ...web,
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '2' } },
          Preferences: { InstanceWarmup: 7_000, MinHealthyPercentage: 50 },
        }),
      )
      await until(async () => (await runningIn(world)).some(({ InstanceType }) => InstanceType === 't3.medium'))
      const plan = await converges(world, stack)
      expect(diffsOf(plan)).toMatchObject([{ path: 'members', cause: 'drift' }])
      expect((await runningIn(world)).map(({ InstanceType }) => InstanceType)).toEqual(['t3.micro', 't3.micro'])
    }))
})

describe('a scaling group in a network of its stack', { timeout: 120_000 }, () => {
  it('comes with that, leaves one of its zones, and goes with it', () =>
    inWorld(async (world) => {
      await converges(world, placed)
      expect((await groupOf(world))?.VPCZoneIdentifier?.split(',')).toHaveLength(2)
      // The subnet goes in the same plan: its member is replaced in the other zone before.
      const plan = await converges(world, narrow)
      expect(plan.steps.map(({ id }) => id)).toContain('delete-network:network.lab.b')
      expect((await runningIn(world)).map(({ Placement }) => Placement?.AvailabilityZone)).toEqual([
        'us-east-1a',
        'us-east-1a',
      ])
      await converges(world, 'evenkeel: 1\nstack: scaled\ntarget: sandbox\n')
      expect((await world.census()).instances).toEqual([])
      const { Subnets = [] } = await world.client.send(new DescribeSubnetsCommand({}))
      expect(Subnets.filter(({ DefaultForAz }) => DefaultForAz !== true)).toEqual([])
    }))

  it.each([
    {
      name: 'zones of another network than that of its security groups',
      text: stack,
      problem: { code: 'PLAN_GROUP_IN_OTHER_NETWORK', path: ['securityGroups'] },
    },
    {
      name: 'a load balancer in another network',
      text: placed
        .replace('    health', '    loadBalancer: front\n    health')
        .replace(
          'scalingGroups:',
          'loadBalancers: { front: { securityGroups: [web], targets: { port: 80 } } }\nscalingGroups:',
        ),
      problem: { code: 'PLAN_BALANCER_NETWORK', path: ['loadBalancer'] },
    },
  ])('refuses $name', ({ text, problem }) =>
    inWorld(async (world) => {
      await converges(world, placed)
      const plan = await world.plan(text)
      expect(plan.problems.filter(({ address }) => address === 'scalingGroup.web')).toMatchObject([problem])
      expect(plan.applyable).toBe(false)
    }),
  )
})

describe('what a scaling group launches', { timeout: 120_000 }, () => {
  it.each([
    { name: 'a type that is not there', type: 't9.micro', code: 'PLAN_TYPE_UNKNOWN' },
    { name: 'a type for another image', type: 't4g.micro', code: 'PLAN_ARCHITECTURE_MISMATCH' },
  ])('is told in the plan where it cannot be: $name', ({ type, code }) =>
    inWorld(async (world) => {
      const { problems } = await world.plan(stack.replace('t3.micro', type))
      expect(problems).toMatchObject([{ code, address: 'scalingGroup.web', path: ['type'] }])
    }),
  )

  it('may be an image that the same plan makes', () =>
    inWorld(async (world) => {
      const built = stack
        .replace(
          'scalingGroups:',
          `servers:
  builder: { image: ${image}, type: t3.micro, zone: us-east-1a, securityGroups: [web] }
images:
  golden: { from: server.builder, keep: 1 }
scalingGroups:`,
        )
        .replace(/image: .*\n( {4}type)/, 'image: image.golden\n$1')
      const plan = await converges(world, built)
      expect(plan.problems).toEqual([])
      const members = (await runningIn(world)).filter(({ Tags = [] }) =>
        Tags.some(({ Value }) => Value === 'scalingGroup.web'),
      )
      const { builtImages = [] } = await world.observe(built)
      expect(members.map(({ ImageId }) => ImageId)).toEqual([
        builtImages[0]?.versions[0]?.id,
        builtImages[0]?.versions[0]?.id,
      ])
    }))
})
