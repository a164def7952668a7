import type { Address } from '../../../model/address.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import type { LiveLoadBalancer, LiveTargetGroup, LoadBalancerSpec } from '../../../model/kinds/load-balancer.js'
import { causeOf, itemChanges } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import { isSeen } from '../servers/rolls.js'
import type { Balancing, Deregistration } from './load-balancer-decision.js'

/** What a decision looks at. */
export interface Asked {
  readonly world: World
  readonly servers: ServerOutlooks
  /** Servers that stop in the plan and start again. */
  readonly restarted: ReadonlySet<Address>
}

export type Targets = Pick<Balancing, 'members' | 'registers' | 'awaits' | 'deregisters'>

/**
 * A server that keeps its instance stays registered; one that is restarted leaves meanwhile; what the file does not name leaves for
 * good. One of which nobody has seen that it gets traffic since it came is waited for.
 */
export function targetsOf(
  asked: Asked,
  spec: LoadBalancerSpec,
  balanced: {
    readonly live: LiveLoadBalancer
    /** The target group that stays. */
    readonly group: LiveTargetGroup | undefined
    readonly applied: AppliedRecord | undefined
  },
): Targets {
  const { world, servers, restarted } = asked
  const { live, group, applied } = balanced
  const { port } = spec.targets
  const members = spec.targets.servers.filter((server) => servers.get(server)?.runsAfter === true)
  const present = group?.targets ?? []
  /** The instance that has a member's address all the while. */
  const keptBy = (server: Address) => {
    const outlook = servers.get(server)
    return outlook?.action === 'keep' && !restarted.has(server) ? outlook.live?.id : undefined
  }
  const registrationOf = (server: Address) =>
    present.find((target) => target.instanceId === keptBy(server) && target.port === port)
  const kept = new Set(members.flatMap((server) => keptBy(server) ?? []))
  // Of a server that is out of the plan nothing is taken away.
  const left = new Set(
    spec.targets.servers.flatMap((server) => (servers.has(server) ? [] : (world.live.servers.get(server)?.id ?? []))),
  )
  const scaled = scaledInstances(world, group)
  const ids = [...new Set(present.map(({ instanceId }) => instanceId))]
  const leaving = ids.filter((id) => !kept.has(id) && !left.has(id) && !scaled.has(id))
  const strays = present.filter((target) => kept.has(target.instanceId) && target.port !== port)
  const isUnsettled = causeOf(world.digest, applied, 'servers', spec.targets.servers) === 'pending'
  const awaits = members.filter((server) => {
    const state = registrationOf(server)?.state
    return state !== undefined && state !== 'healthy' && (isUnsettled || !isSeen(servers.get(server)?.live))
  })
  return {
    members,
    registers: members.filter((server) => registrationOf(server) === undefined),
    awaits,
    deregisters: [
      ...deregistrations(world, live.targetGroups, [...new Set([...leaving, ...goingOf(asked, live.targetGroups)])]),
      ...strays.map((target) => ({
        targetGroupIds: [group?.id ?? ''],
        instanceId: target.instanceId,
        port: target.port,
        server: undefined,
      })),
    ],
  }
}

/**
 * What gets traffic now, of the servers that the file names: also what another takes the place of in the plan, and what is out of
 * it. Nothing is registered that does not run (ELB API, RegisterTargets: InvalidTarget).
 */
export function carriedTargets(
  { live }: World,
  { targets: { servers } }: LoadBalancerSpec,
  { targetGroups }: LiveLoadBalancer,
): readonly string[] {
  const ids = new Set(targetGroups.flatMap(({ targets }) => targets.map(({ instanceId }) => instanceId)))
  return [...ids].sort().filter((id) => {
    const server = live.serversById.get(id)
    return server?.state === 'running' && servers.includes(server.address)
  })
}

/** The members of the scaling groups that have their traffic from there: they come and go by themselves. */
function scaledInstances({ live }: World, group: LiveTargetGroup | undefined): ReadonlySet<string> {
  const scaled = [...live.scalingGroups.values()].flatMap(({ group: its }) => its ?? [])
  const behind = scaled.filter(({ targetGroupIds }) => group !== undefined && targetGroupIds.includes(group.id))
  return new Set(behind.flatMap(({ members }) => members.map(({ instanceId }) => instanceId)))
}

/**
 * What leaves where another load balancer comes. A target group that has outlived its own is behind the other one, with all that is in
 * it; of others only what stops or ends in the plan leaves: also what still drains has to finish before.
 */
export function formerTargets(
  asked: Asked,
  spec: LoadBalancerSpec,
  live: LiveLoadBalancer,
  groupName: string,
): readonly Deregistration[] {
  const { targetGroups } = live
  const group = targetGroups.find(({ name }) => name === groupName)
  if (group) return targetsOf(asked, spec, { live, group, applied: undefined }).deregisters
  return deregistrations(asked.world, targetGroups, goingOf(asked, targetGroups))
}

function goingOf({ servers, restarted }: Asked, groups: readonly LiveTargetGroup[]): readonly string[] {
  const going = new Set<string>()
  for (const { address, action, live, runsAfter, handsOver } of servers.values()) {
    if (live && (action !== 'keep' || !runsAfter || restarted.has(address))) going.add(live.id)
    for (const one of handsOver) going.add(one.live.id)
  }
  const behind = groups.flatMap(({ targets, draining }) => [
    ...targets.map(({ instanceId }) => instanceId),
    ...draining,
  ])
  return [...new Set(behind)].filter((id) => going.has(id))
}

function deregistrations(
  { live }: World,
  groups: readonly LiveTargetGroup[],
  instanceIds: readonly string[],
): readonly Deregistration[] {
  return instanceIds.toSorted().map((instanceId) => ({
    targetGroupIds: groups
      .filter(
        ({ targets, draining }) =>
          draining.includes(instanceId) || targets.some((target) => target.instanceId === instanceId),
      )
      .map(({ id }) => id),
    instanceId,
    server: live.serversById.get(instanceId)?.address,
  }))
}

/** An instance that leaves is called by its id, a server that comes by its address. */
export function targetDiffs(
  world: World,
  { targets }: LoadBalancerSpec,
  applied: AppliedRecord | undefined,
  { members, registers, deregisters }: Targets,
): readonly Diff<'loadBalancer'>[] {
  if (registers.length + deregisters.length === 0) return []
  const stay = members.filter((server) => !registers.includes(server))
  const before = [
    ...stay,
    ...deregisters.map(({ instanceId, port }) => (port === undefined ? instanceId : `${instanceId}:${port}`)),
  ]
  const after = [...stay, ...registers]
  const cause = isRoundTrip(registers, deregisters)
    ? 'pending'
    : causeOf(world.digest, applied, 'servers', targets.servers)
  return [{ path: 'targets.servers', before, after, cause, items: itemChanges(before, after) }]
}

/** Whether all that changes is that servers leave for what the plan does to them, and are back afterwards. */
function isRoundTrip(registers: readonly Address[], deregisters: readonly Deregistration[]): boolean {
  const leaving = new Set(deregisters.map(({ server }) => server))
  return leaving.size === registers.length && registers.every((server) => leaving.has(server))
}
