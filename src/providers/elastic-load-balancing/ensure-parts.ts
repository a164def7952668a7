import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { BalancingRequest, Owner } from '../../executor/ports.js'
import { tagKeys } from '../../model/tags.js'
import { providerError } from '../ec2/errors/provider-errors.js'
import { tagListOf, tagsOf } from '../ec2/tags/tag-lists.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { soleTargetOf } from './observe-balancers.js'
import { readAttributes, readBalancers, readListeners, readTagsOf, readTargetGroups } from './read-balancers.js'

/**
 * The parts of a load balancer, each found by its name, else made. A create answers with what has the name already where the
 * settings are the same, whoever made it: so the name is looked up before, and what has it must be ours.
 */
export async function ensureGroup(api: Ec2Api, request: BalancingRequest): Promise<string> {
  const { groupName, owner } = request
  const [found] = await readTargetGroups(api.balancing, (name) => name === groupName)
  if (found) return ours(api, found.TargetGroupArn ?? '', owner, groupName)
  const { TargetGroups = [] } = await api.balancing.call('CreateTargetGroup', {
    Name: groupName,
    Protocol: wire(request.protocol),
    Port: request.port,
    VpcId: request.vpcId,
    TargetType: 'instance',
    ...healthInput(request),
    Tags: tagListOf(request.tags),
  })
  return ours(api, TargetGroups[0]?.TargetGroupArn ?? '', owner, groupName)
}

export async function ensureBalancer(
  api: Ec2Api,
  request: BalancingRequest,
): Promise<{ readonly id: string; readonly dnsName: string }> {
  const { name, owner, securityGroupIds } = request
  const [found] = await readBalancers(api.balancing, (known) => known === name)
  const balancer =
    found ??
    (
      await api.balancing.call('CreateLoadBalancer', {
        Name: name,
        Type: request.balancerKind,
        Scheme: request.internal ? 'internal' : 'internet-facing',
        Subnets: [...request.subnetIds],
        ...(securityGroupIds.length > 0 && { SecurityGroups: [...securityGroupIds] }),
        Tags: tagListOf(request.tags),
      })
    ).LoadBalancers?.[0]
  return { id: await ours(api, balancer?.LoadBalancerArn ?? '', owner, name), dnsName: balancer?.DNSName ?? '' }
}

async function ours(api: Ec2Api, arn: string, { stack, address, formerly = [] }: Owner, name: string): Promise<string> {
  const tags = tagsOf([...((await readTagsOf(api.balancing, [arn])).get(arn) ?? [])])
  const names: readonly (string | undefined)[] = [address, ...formerly]
  if (tags[tagKeys.stack] === stack && names.includes(tags[tagKeys.address])) return arn
  const message = `${name} is in use by something that is not ${address} of stack ${stack}: ${arn}`
  throw providerError('EC2_NOT_OURS', 'permission', message, {
    hint: 'nothing was done to it; delete or retag it, or give the entry another name',
  })
}

/** Health checks and attributes as the request says; whether anything had to be changed. */
export async function settleGroup({ balancing }: Ec2Api, request: BalancingRequest, id: string): Promise<boolean> {
  const [group] = await readTargetGroups(balancing, (name) => name === request.groupName)
  const wanted = healthInput(request)
  const isSame =
    group?.HealthCheckProtocol === wanted.HealthCheckProtocol &&
    group.HealthCheckIntervalSeconds === wanted.HealthCheckIntervalSeconds &&
    group.HealthCheckTimeoutSeconds === wanted.HealthCheckTimeoutSeconds &&
    group.HealthyThresholdCount === wanted.HealthyThresholdCount &&
    group.UnhealthyThresholdCount === wanted.UnhealthyThresholdCount &&
    group.HealthCheckPath === wanted.HealthCheckPath &&
    group.Matcher?.HttpCode === wanted.Matcher?.HttpCode
  if (!isSame) await balancing.call('ModifyTargetGroup', { TargetGroupArn: id, ...wanted })
  const attributes = await readAttributes(balancing, id)
  const { drainSeconds, stickySeconds } = request
  const changed = differing(attributes, {
    'deregistration_delay.timeout_seconds': String(drainSeconds),
    'stickiness.enabled': String(stickySeconds !== undefined),
    ...(stickySeconds !== undefined &&
      request.balancerKind === 'application' && { 'stickiness.lb_cookie.duration_seconds': String(stickySeconds) }),
  })
  if (changed.length > 0)
    await balancing.call('ModifyTargetGroupAttributes', { TargetGroupArn: id, Attributes: changed })
  return !isSame || changed.length > 0
}

/** Subnets, groups and protection as the request says. */
export async function settleBalancer({ balancing }: Ec2Api, request: BalancingRequest, id: string): Promise<boolean> {
  const { LoadBalancers = [] } = await balancing.call('DescribeLoadBalancers', { LoadBalancerArns: [id] })
  const subnets = (LoadBalancers[0]?.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? [])
  const groups = LoadBalancers[0]?.SecurityGroups ?? []
  const isMoved = !sameSet(subnets, request.subnetIds)
  const isRegrouped = request.securityGroupIds.length > 0 && !sameSet(groups, request.securityGroupIds)
  if (isMoved) await balancing.call('SetSubnets', { LoadBalancerArn: id, Subnets: [...request.subnetIds] })
  if (isRegrouped) {
    await balancing.call('SetSecurityGroups', { LoadBalancerArn: id, SecurityGroups: [...request.securityGroupIds] })
  }
  const changed = differing(await readAttributes(balancing, id), {
    'deletion_protection.enabled': String(request.protect),
  })
  if (changed.length > 0) {
    await balancing.call('ModifyLoadBalancerAttributes', { LoadBalancerArn: id, Attributes: changed })
  }
  return isMoved || isRegrouped || changed.length > 0
}

/** One listener for each port, all to the target group; others go. */
export async function ensureListeners(
  { balancing }: Ec2Api,
  { listeners, tags }: BalancingRequest,
  id: string,
  targetGroupId: string,
): Promise<boolean> {
  const present = await readListeners(balancing, id)
  let isChanged = false
  for (const { ListenerArn, Port } of present) {
    if (listeners.some(({ port }) => port === Port)) continue
    await balancing.call('DeleteListener', { ListenerArn })
    isChanged = true
  }
  for (const { port, protocol, certificate } of listeners) {
    const input = {
      Port: port,
      Protocol: wire(protocol),
      ...(certificate !== undefined && { Certificates: [{ CertificateArn: certificate }] }),
      DefaultActions: [{ Type: 'forward' as const, TargetGroupArn: targetGroupId }],
    }
    const same = present.find(({ Port }) => Port === port)
    if (same && isAs(same, input, targetGroupId)) continue
    isChanged = true
    if (same) await balancing.call('ModifyListener', { ListenerArn: same.ListenerArn, ...input })
    else await balancing.call('CreateListener', { LoadBalancerArn: id, ...input, Tags: tagListOf(tags) })
  }
  return isChanged
}

function isAs(
  listener: Listener,
  input: { readonly Protocol: string; readonly Certificates?: readonly { readonly CertificateArn: string }[] },
  targetGroupId: string,
): boolean {
  return (
    listener.Protocol === input.Protocol &&
    listener.Certificates?.[0]?.CertificateArn === input.Certificates?.[0]?.CertificateArn &&
    soleTargetOf(listener) === targetGroupId
  )
}

function healthInput({ health }: BalancingRequest) {
  return {
    HealthCheckProtocol: wire(health.protocol),
    HealthCheckIntervalSeconds: health.intervalSeconds,
    HealthCheckTimeoutSeconds: health.timeoutSeconds,
    HealthyThresholdCount: health.healthy,
    UnhealthyThresholdCount: health.unhealthy,
    ...(health.path !== undefined && { HealthCheckPath: health.path }),
    ...(health.codes !== undefined && { Matcher: { HttpCode: health.codes } }),
  }
}

const wires = { http: 'HTTP', https: 'HTTPS', tcp: 'TCP' } as const

function wire<Protocol extends keyof typeof wires>(protocol: Protocol): (typeof wires)[Protocol] {
  return wires[protocol]
}

function differing(present: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) {
  return Object.entries(wanted).flatMap(([Key, Value]) => (present[Key] === Value ? [] : [{ Key, Value }]))
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join(' ') === [...right].sort().join(' ')
}
