import type { Address } from '../../../src/model/address.js'
import type { LiveBalancer, LiveLoadBalancer, LiveTargetGroup } from '../../../src/model/kinds/load-balancer.js'
import type { PlannedBalancing, StepOf } from '../../../src/model/steps/step.js'
import type { Tags } from '../../../src/model/tags.js'
import { Refused, type World } from './world.js'

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] }

/** Load balancers: made by name, changed as a whole, and never deleted while a listener leads to their target group. */
export const loadBalancerEffects = {
  'create-load-balancer'(world: World, step: StepOf<'create-load-balancer'>) {
    put(world, step, step.tags)
  },
  'modify-load-balancer'(world: World, step: StepOf<'modify-load-balancer'>) {
    const before = groupInUse(world, step.address)
    const { group } = put(world, step, step.tags)
    if (group === before) return
    for (const instanceId of step.instanceIds) register(world, group, instanceId, step.port)
  },
  'register-target'(world: World, { address, server, port }: StepOf<'register-target'>) {
    register(world, currentGroup(world, address), world.server(server).id, port)
  },
  'await-target'(world: World, { address, server }: StepOf<'await-target'>) {
    const { id } = world.server(server)
    if (!currentGroup(world, address).targets.some(({ instanceId }) => instanceId === id))
      throw new Refused(`${server} is not registered`)
  },
  'deregister-target'(world: World, { address, targetGroupIds, instanceId, port }: StepOf<'deregister-target'>) {
    const targetGroups: readonly Mutable<LiveTargetGroup>[] = partsOf(world, address).targetGroups
    const current = groupInUse(world, address)
    for (const group of targetGroups) {
      if (group !== current && !targetGroupIds.includes(group.id)) continue
      group.targets = group.targets.filter(
        (target) => target.instanceId !== instanceId || (port !== undefined && target.port !== port),
      )
      group.draining = group.draining.filter((id) => id !== instanceId)
    }
  },
  'delete-load-balancer'(world: World, step: StepOf<'delete-load-balancer'>) {
    const live = partsOf(world, step.address)
    live.balancers = live.balancers.filter(({ id }) => !step.loadBalancerIds.includes(id))
    const isInUse = live.balancers.some(({ listeners }) =>
      listeners.some(({ targetGroupId = '' }) => step.targetGroupIds.includes(targetGroupId)),
    )
    if (isInUse) throw new Refused('ResourceInUse')
    live.targetGroups = live.targetGroups.filter(({ id }) => !step.targetGroupIds.includes(id))
    const [first] = [...live.balancers, ...live.targetGroups]
    if (first) Object.assign(live, { id: first.id, tags: first.tags })
    else world.loadBalancers = world.loadBalancers.filter(({ address }) => address !== step.address)
  },
}

interface Parts {
  id: string
  tags: Tags
  balancers: Mutable<LiveBalancer>[]
  targetGroups: Mutable<LiveTargetGroup>[]
}

function partsOf(world: World, address: Address): Mutable<LiveLoadBalancer> & Parts {
  const known = world.loadBalancers.find((live) => live.address === address)
  if (known) return known as Mutable<LiveLoadBalancer> & Parts
  const live = { address, id: '', dnsName: undefined, tags: {}, balancers: [], targetGroups: [] }
  world.loadBalancers.push(live)
  return live
}

/** The one that its listeners lead to. */
export function groupInUse(world: World, address: Address): Mutable<LiveTargetGroup> | undefined {
  const { balancers, targetGroups } = partsOf(world, address)
  const used = balancers.find(({ id }) => id === world.idOf(address))?.listeners[0]?.targetGroupId
  return targetGroups.find(({ id }) => id === used)
}

function currentGroup(world: World, address: Address): Mutable<LiveTargetGroup> {
  const group = groupInUse(world, address)
  if (!group) throw new Refused(`${address} has no target group`)
  return group
}

function register(world: World, group: Mutable<LiveTargetGroup>, id: string, port: number): void {
  const { state } = world.instance(id)
  if (state !== 'running') throw new Refused(`${id} is ${state}: InvalidTarget`)
  group.targets = [
    ...group.targets.filter((target) => target.instanceId !== id || target.port !== port),
    targetOf(id, port),
  ]
}

function targetOf(instanceId: string, port: number) {
  return { instanceId, port, state: 'healthy', reason: undefined }
}

function put(world: World, step: PlannedBalancing & { readonly address: Address; readonly id: string }, tags: Tags) {
  const live = partsOf(world, step.address)
  const arn = (what: string, name: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${what}/${name}/1`
  let group = live.targetGroups.find(({ name }) => name === step.groupName)
  if (!group) {
    group = {
      id: arn('targetgroup', step.groupName),
      name: step.groupName,
      vpcId: step.vpcId,
      port: step.port,
      protocol: step.protocol,
      health: step.health,
      drainSeconds: step.drainSeconds,
      stickySeconds: step.stickySeconds,
      targets: [],
      draining: [],
      tags,
    }
    live.targetGroups.push(group)
  }
  const { health, drainSeconds, stickySeconds } = step
  Object.assign(group, { health, drainSeconds, stickySeconds })
  let balancer = live.balancers.find(({ name }) => name === step.name)
  if (!balancer) {
    balancer = { id: arn('loadbalancer/app', step.name), name: step.name, tags } as Mutable<LiveBalancer>
    live.balancers.push(balancer)
  }
  Object.assign(balancer, {
    kind: step.balancerKind,
    internal: step.internal,
    dnsName: `${step.name}.us-east-1.elb.amazonaws.com`,
    vpcId: step.vpcId,
    subnetIds: step.subnetIds,
    securityGroupIds: step.securityGroups.map((name) => world.idOf(name)).sort(),
    protect: step.protect,
    listeners: step.listeners.map(({ port, protocol, certificate }) => ({
      id: `listener-${port}`,
      port,
      protocol,
      certificate,
      targetGroupId: group.id,
    })),
  })
  Object.assign(live, { id: balancer.id, dnsName: balancer.dnsName, tags: balancer.tags })
  world.ids.set(step.address, balancer.id)
  return { group, balancer }
}
