import { join } from 'node:path'
import {
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { afterAll } from 'vitest'
import { required } from '../../src/core/assert.js'
import { systemClock, type Clock } from '../../src/core/clock.js'
import { applyPlan } from '../../src/executor/apply-plan.js'
import type { RunEvent } from '../../src/executor/events.js'
import { cloudQuery } from '../../src/executor/observe/cloud-query.js'
import { liveHostAccess } from '../../src/executor/observe/live-host-access.js'
import { observeStack } from '../../src/executor/observe/observe-stack.js'
import type { ApplyResult } from '../../src/executor/outcome.js'
import type { Ports } from '../../src/executor/ports.js'
import { createHosts } from '../../src/hosts/hosts.js'
import { createLocalKeys } from '../../src/hosts/keys/local-keys.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makeDestroyPlan, makePlan, type PlanOptions } from '../../src/planner/make-plan.js'
import { completeCheckpoint } from '../../src/app/named-snapshots.js'
import type { CopyRegion } from '../../src/model/regions/region-copy.js'
import { makeCheckpointCopyPlan, makeCheckpointPlan, makeSnapshotPlan } from '../../src/planner/snapshot-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { createEc2Cloud } from '../../src/providers/ec2/cloud.js'
import { createSandbox, type SandboxSwitches, type Faults, type RequestRecord } from '../../src/sandbox/sandbox.js'
import type { LatencyChoice } from '../../src/sandbox/model/latencies.js'
import { parseStack } from '../../src/spec/parse.js'
import type { StepKind } from '../../src/model/steps/step.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { createSync } from '../../src/sync/sync.js'
import { temporaryDirectory } from './evenkeel.js'
import { killedAfter } from './killed-run.js'
import { createOwnWireClock } from './proof/own-wire.js'
import { createVirtualClock } from './proof/virtual-clock.js'

/** The whole path but for the command line, against a sandbox in this process; without hosts where none are asked for. */
export interface Simulation {
  readonly client: EC2Client
  /** The sandbox's. */
  readonly endpoint: string
  /** The sandbox's, and the client's. */
  readonly clock: Clock
  /** The live stack as a plan of this file is made from it. */
  observe(text: string): Promise<LiveStack>
  plan(text: string, options?: PlanChoice): Promise<Plan>
  /** A plan from what was observed before. */
  planFrom(live: LiveStack, text: string, options?: PlanOptions): Plan
  planDestroy(text: string): Promise<Plan>
  planSnapshot(text: string, volume: string): Promise<Plan>
  planCheckpoint(text: string, name: string, copyTo?: readonly CopyRegion[]): Promise<Plan>
  planCheckpointCopy(text: string, name: string, regions: readonly CopyRegion[]): Promise<Plan>
  /** Kills the run of a plan after so many calls; false when it was over before. */
  killPlan(plan: Plan, calls: number): Promise<boolean>
  /** Plans and applies; every run has its own id. */
  apply(text: string, options?: ApplyChoice): Promise<{ readonly plan: Plan; readonly result: ApplyResult }>
  destroy(text: string): Promise<{ readonly plan: Plan; readonly result: ApplyResult }>
  carryOut(plan: Plan, options?: ApplyChoice): Promise<ApplyResult>
  /** Plans, and applies until the run is killed after so many of its calls; whether it came to that. */
  kill(text: string, calls: number, options?: PlanChoice): Promise<boolean>
  killDestroy(text: string, calls: number): Promise<boolean>
  /** Applies until a step of this kind, or the one of this id, is to begin, and kills the run there; whether it came to that. */
  killAtStep(plan: Plan, at: StepKind | (string & {})): Promise<boolean>
  /** Runs a shell command as the login user; its output, line by line. */
  runOn(text: string, server: string, command: string): Promise<readonly string[]>
  setFaults(faults: Faults): void
  /** Gives the access key of all these calls another IAM policy; undefined: it may do everything. */
  setPolicy(policy: unknown): void
  /** The requests that were answered while `work` ran. */
  requestsDuring(work: () => Promise<unknown>): Promise<readonly RequestRecord[]>
  census(): Promise<Census>
  close(): Promise<void>
}

interface PlanChoice extends PlanOptions {
  /** Other stacks whose snapshots are read too. */
  readonly snapshotsOf?: readonly string[]
}

interface ApplyChoice {
  /** What the plan is asked for beside the file. */
  readonly plan?: PlanChoice
  readonly run?: string
  readonly signal?: AbortSignal
  readonly events?: (event: RunEvent) => void
  readonly concurrency?: number
}

/** Ids of everything in the account that is neither gone nor there from the start, sorted. */
export interface Census {
  readonly instances: readonly string[]
  readonly volumes: readonly string[]
  readonly snapshots: readonly string[]
  readonly securityGroups: readonly string[]
  readonly keyPairs: readonly string[]
  readonly launchTemplates: readonly string[]
}

export interface SimulationOptions {
  readonly seed?: number
  readonly faults?: Faults
  readonly latencies?: LatencyChoice
  readonly hosts?: 'linux'
  /** The sandbox's switches: an account without a default VPC, encryption by default. */
  readonly switches?: SandboxSwitches
  /**
   * `virtual`: sandbox and client share a clock that nothing real waits for, and the client keeps EC2's pace. `wire`: such a
   * one however busy the machine is; left out: this one, but the machine's where there are hosts.
   */
  readonly clock?: keyof typeof sharedClocks
  /** The client waits as it does for EC2, also by the machine's clock. */
  readonly isUnhurried?: boolean
  /** What relative paths of a stack file start at; left out: an empty directory. */
  readonly baseDirectory?: string
}

const sharedClocks = {
  virtual: () => createVirtualClock(),
  wire: createOwnWireClock,
  system: () => systemClock,
} as const

/** Starts worlds for the tests of a file, one each, so that they can wait side by side; all end with the file. */
export function simulationsOfFile(): (options?: SimulationOptions) => Promise<Simulation> {
  const worlds: Simulation[] = []
  afterAll(() => Promise.all(worlds.map((world) => world.close())))
  return async (options) => {
    const world = await startSimulation(options)
    worlds.push(world)
    return world
  }
}

export async function startSimulation(options: SimulationOptions = {}): Promise<Simulation> {
  const directory = temporaryDirectory('simulation')
  const clock = sharedClocks[options.clock ?? (options.hosts ? 'system' : 'wire')]()
  const sandbox = await createSandbox({
    clock,
    stateDir: join(directory.path, 'sandbox'),
    hosts: options.hosts ?? 'none',
    latencies: options.latencies ?? 'zero',
    ...(options.switches && { switches: options.switches }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.faults && { faults: options.faults }),
  })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const credentials = { accessKeyId, secretAccessKey }
  const cloud = createEc2Cloud(
    { region, endpoint, credentials, isSandbox: true },
    clock === systemClock && options.isUnhurried !== true ? {} : { clock, pollScale: 1, timeoutScale: 1 },
  )
  const client = new EC2Client({ region, endpoint, credentials, maxAttempts: 5 })
  const hosts = createHosts({ clock })
  const { baseDirectory = directory.path } = options
  const sync = createSync({ baseDirectory })
  let runs = 0

  const portsFor = (spec: StackSpec): Ports => ({
    cloud,
    hosts,
    sync,
    isOutside: true,
    keys: createLocalKeys({
      stack: spec.stack,
      keyPairs: spec.keyPairs,
      baseDirectory,
      directory: join(directory.path, 'keys', spec.stack),
    }),
  })
  const observe = (spec: StackSpec, snapshotsOf: readonly string[] = [], snapshotRegions: readonly string[] = []) =>
    observeStack(spec, portsFor(spec), {
      hosts: true,
      snapshotsOf,
      snapshotRegions,
      ...(options.hosts === undefined && { hostsImpossible: 'this sandbox has no hosts' }),
    })
  const portsOf = new WeakMap<Plan, Ports>()
  const remember = (plan: Plan, spec: StackSpec) => {
    portsOf.set(plan, portsFor(spec))
    return plan
  }
  const killPlan = (plan: Plan, calls: number) => {
    runs += 1
    const ports = portsOf.get(plan)
    if (!ports) throw new Error('the plan is of another simulation')
    const { ports: dying, died } = killedAfter(ports, calls)
    return Promise.race([
      applyPlan(plan, dying, { run: `run-${runs}`, clock }).then(() => false),
      died.then(() => true),
    ])
  }
  const simulation: Simulation = {
    client,
    endpoint: sandbox.endpoint,
    clock,
    observe: (text) => observe(specOf(text)),
    plan: async (text, choice) => simulation.planFrom(await observe(specOf(text), choice?.snapshotsOf), text, choice),
    planFrom(live, text, choice) {
      const spec = specOf(text)
      return remember(makePlan(spec, live, { run: `run-${runs + 1}`, ...choice }), spec)
    },
    async planDestroy(text) {
      const spec = specOf(text)
      return remember(makeDestroyPlan(spec, await observe(spec), { run: `run-${runs + 1}` }), spec)
    },
    async planSnapshot(text, name) {
      const spec = specOf(text)
      const live = await observe(spec)
      const volume = required(
        live.volumes.find(({ address }) => address === name),
        name,
      )
      return remember(makeSnapshotPlan(spec, live, volume, { run: `run-${runs + 1}` }), spec)
    },
    async planCheckpoint(text, name, copyTo = []) {
      const spec = specOf(text)
      const live = await observe(
        spec,
        [],
        copyTo.map(({ region: other }) => other),
      )
      return remember(makeCheckpointPlan(spec, live, name, { run: `run-${runs + 1}`, copyTo }), spec)
    },
    async planCheckpointCopy(text, name, regions) {
      const spec = specOf(text)
      const live = await observe(
        spec,
        [],
        regions.map(({ region: other }) => other),
      )
      const checkpoint = completeCheckpoint(live, { stack: spec.stack, name })
      const plan = makeCheckpointCopyPlan(spec, live, { checkpoint, regions }, { run: `run-${runs + 1}` })
      return remember(plan, spec)
    },
    async apply(text, choice) {
      const plan = await simulation.plan(text, choice?.plan)
      return { plan, result: await simulation.carryOut(plan, choice) }
    },
    async destroy(text) {
      const plan = await simulation.planDestroy(text)
      return { plan, result: await simulation.carryOut(plan) }
    },
    carryOut(plan, choice = {}) {
      runs += 1
      const ports = portsOf.get(plan)
      if (!ports) throw new Error('the plan is of another simulation')
      const { plan: _plan, ...others } = choice
      return applyPlan(plan, ports, { run: `run-${runs}`, clock, ...others })
    },
    killPlan,
    kill: async (text, calls, choice) => killPlan(await simulation.plan(text, choice), calls),
    killDestroy: async (text, calls) => killPlan(await simulation.planDestroy(text), calls),
    killAtStep(plan, at) {
      runs += 1
      const { ports, died, kill } = killedAfter(required(portsOf.get(plan), 'the ports of a plan of its own'), Infinity)
      const events = (event: RunEvent) => {
        if (event.kind === 'step-started' && (event.step.kind === at || event.step.id === at)) kill()
      }
      return Promise.race([
        applyPlan(plan, ports, { run: `run-${runs}`, events, clock }).then(() => false),
        died.then(() => true),
      ])
    },
    async runOn(text, name, command) {
      const spec = specOf(text)
      const ports = portsFor(spec)
      const live = await cloud.observe(cloudQuery(spec))
      const server = required(
        live.servers.find(({ address }) => address === name),
        name,
      )
      const lines: string[] = []
      await hosts.run(await liveHostAccess(spec, live, ports)(server), command, (line) => lines.push(line))
      return lines
    },
    setFaults: (faults) => sandbox.setFaults(faults),
    setPolicy: (policy) => sandbox.setPolicy(policy),
    async requestsDuring(work) {
      const before = sandbox.requests().length
      await work()
      return sandbox.requests().slice(before)
    },
    census: () => takeCensus(client),
    async close() {
      cloud.close()
      hosts.close()
      await sync.close()
      client.destroy()
      await sandbox.close()
      directory.remove()
    },
  }
  return simulation
}

function specOf(text: string): StackSpec {
  const parsed = parseStack({ file: 'stack.yaml', text })
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return parsed.spec
}

async function takeCensus(client: EC2Client): Promise<Census> {
  const [instances, volumes, snapshots, groups, keyPairs, templates] = await Promise.all([
    client.send(new DescribeInstancesCommand({})),
    client.send(new DescribeVolumesCommand({})),
    client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
    client.send(new DescribeSecurityGroupsCommand({})),
    client.send(new DescribeKeyPairsCommand({})),
    client.send(new DescribeLaunchTemplatesCommand({})),
  ])
  const alive = (instances.Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
  const roots = new Set(
    alive.flatMap(({ BlockDeviceMappings, RootDeviceName }) =>
      (BlockDeviceMappings ?? [])
        .filter(({ DeviceName }) => DeviceName === RootDeviceName)
        .map(({ Ebs }) => Ebs?.VolumeId),
    ),
  )
  const ids = (found: readonly (string | undefined)[]) => found.map((id) => id ?? '?').sort()
  return {
    instances: ids(alive.map(({ InstanceId }) => InstanceId)),
    volumes: ids(
      (volumes.Volumes ?? [])
        .filter(({ State }) => State !== 'deleting')
        .map(({ VolumeId }) => VolumeId)
        .filter((id) => !roots.has(id)),
    ),
    snapshots: ids((snapshots.Snapshots ?? []).map(({ SnapshotId }) => SnapshotId)),
    securityGroups: ids(
      (groups.SecurityGroups ?? []).filter(({ GroupName }) => GroupName !== 'default').map(({ GroupId }) => GroupId),
    ),
    keyPairs: ids((keyPairs.KeyPairs ?? []).map(({ KeyPairId }) => KeyPairId)),
    launchTemplates: ids((templates.LaunchTemplates ?? []).map(({ LaunchTemplateId }) => LaunchTemplateId)),
  }
}
