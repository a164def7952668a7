import type { LiveLoadBalancer, LiveTarget } from '../../model/kinds/load-balancer.js'
import type { LiveMember, LiveScalingGroup } from '../../model/kinds/scaling-group.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { Colors } from '../colors.js'
import { byAddress } from './show-facts.js'

/** Scaling groups with their members, and load balancers with their targets: each with how it is. */
export function serviceLines(live: LiveStack, colors: Colors): readonly string[] {
  const names = new Map(live.servers.map(({ id, address }) => [id, address]))
  const groups = byAddress(live.scalingGroups ?? []).map((group) => groupLines(group, colors))
  const balancers = byAddress(live.loadBalancers ?? []).map((balancer) => balancerLines(balancer, names, colors))
  return [...groups, ...balancers].flatMap((lines) => ['', ...lines])
}

function groupLines({ address, id, group }: LiveScalingGroup, colors: Colors): readonly string[] {
  const sizes = group && `${group.min} to ${group.max}, ${group.desired} desired`
  const head = [colors.bold(address), sizes, colors.dim(group?.name ?? id)]
  return [line(2, head), ...(group?.members ?? []).map((member) => line(4, memberParts(member, colors)))]
}

function memberParts({ instanceId, zone, state, isHealthy }: LiveMember, colors: Colors): readonly string[] {
  const isServing = state === 'InService' && isHealthy
  const told = isHealthy ? state : `${state}, unhealthy`
  return [isServing ? colors.green(told) : colors.yellow(told), zone, colors.dim(instanceId)]
}

function balancerLines(
  { address, id, balancers: [balancer], targetGroups }: LiveLoadBalancer,
  names: ReadonlyMap<string, string>,
  colors: Colors,
): readonly string[] {
  const listeners = balancer?.listeners.map(({ port, protocol }) => `${port} ${protocol}`).join(', ')
  const head = [colors.bold(address), balancer?.kind, listeners, balancer?.dnsName, colors.dim(balancer?.name ?? id)]
  const targets = targetGroups.flatMap(({ targets: own }) => own.map((target) => targetParts(target, names, colors)))
  return [line(2, head), ...targets.map((parts) => line(4, parts))]
}

function targetParts(
  { instanceId, port, state, reason }: LiveTarget,
  names: ReadonlyMap<string, string>,
  colors: Colors,
): readonly (string | undefined)[] {
  const told = state === 'healthy' ? colors.green(state) : colors.yellow(state)
  return [`${names.get(instanceId) ?? instanceId}:${port}`, told, reason]
}

function line(indent: number, parts: readonly (string | undefined)[]): string {
  return `${' '.repeat(indent)}${parts.filter((part) => part !== undefined && part !== '').join('  ')}`
}
