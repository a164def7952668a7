import type {
  Listener,
  LoadBalancer,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { CloudFacts, CloudQuery } from '../../executor/ports.js'
import { parseAddress, type Address } from '../../model/address.js'
import {
  stackMark,
  type LiveBalancer,
  type LiveLoadBalancer,
  type LiveTarget,
  type LiveTargetGroup,
} from '../../model/kinds/load-balancer.js'
import { tagKeys } from '../../model/tags.js'
import type { Pending } from '../ec2/kinds/kind.js'
import { readDefaultSubnets } from '../ec2/lookups/subnet-selectors.js'
import { sortedByAddress } from '../ec2/tags/address-lists.js'
import type { Census } from '../ec2/tags/census.js'
import { tagsOf, type TaggedItem } from '../ec2/tags/tag-lists.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import {
  readAttributes,
  readBalancers,
  readHealth,
  readListeners,
  readTagsOf,
  readTargetGroups,
} from './read-balancers.js'

/** What Elastic Load Balancing says of a stack's, in its own words. */
interface Described {
  readonly balancers: readonly (TaggedItem & {
    readonly balancer: LoadBalancer
    readonly listeners: readonly Listener[]
    readonly attributes: Readonly<Record<string, string>>
  })[]
  readonly groups: readonly (TaggedItem & {
    readonly group: TargetGroup
    readonly health: readonly TargetHealthDescription[]
    readonly attributes: Readonly<Record<string, string>>
  })[]
}

/** What tells whether the stack has had any. */
interface Ledgers {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
}

/** Undefined where neither the file nor the ledger names one; then nothing is asked, and the client is not even loaded. */
export async function describeBalancers(
  api: Ec2Api,
  { stack, loadBalancers, defaultSubnets, quietMs }: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<{ readonly described: Described | undefined; readonly subnets: CloudFacts['defaultSubnets'] }> {
  const isAsked = async () =>
    loadBalancers === true || quietMs !== undefined || mayHaveAny((await launchTemplate).ledger)
  const [described, subnets] = await Promise.all([
    isAsked().then((asked) => (asked ? describeOf(api, stack) : undefined)),
    defaultSubnets === true ? readDefaultSubnets(api) : Promise.resolve(undefined),
  ])
  return { described, subnets }
}

function mayHaveAny(ledger: CloudFacts['ledger']): boolean {
  return ledger?.addresses.some((address) => parseAddress(address)?.kind === 'loadBalancer') ?? false
}

async function describeOf({ balancing }: Ec2Api, stack: string): Promise<Described> {
  const mark = `-${stackMark(stack)}-`
  const isMeant = (name: string) => name.includes(mark)
  const [balancers, groups] = await Promise.all([
    readBalancers(balancing, isMeant),
    readTargetGroups(balancing, isMeant),
  ])
  const arns = [
    ...balancers.map(({ LoadBalancerArn = '' }) => LoadBalancerArn),
    ...groups.map(({ TargetGroupArn = '' }) => TargetGroupArn),
  ]
  const tags = await readTagsOf(balancing, arns)
  const isOurs = (arn: string) => tagsOf([...(tags.get(arn) ?? [])])[tagKeys.stack] === stack
  const read = await Promise.all([
    Promise.all(
      balancers.flatMap((balancer) => {
        const arn = balancer.LoadBalancerArn ?? ''
        if (!isOurs(arn)) return []
        const more = Promise.all([readListeners(balancing, arn), readAttributes(balancing, arn)])
        return [more.then(([listeners, attributes]) => ({ balancer, listeners, attributes, Tags: tags.get(arn) }))]
      }),
    ),
    Promise.all(
      groups.flatMap((group) => {
        const arn = group.TargetGroupArn ?? ''
        if (!isOurs(arn)) return []
        const more = Promise.all([readHealth(balancing, arn), readAttributes(balancing, arn)])
        return [more.then(([health, attributes]) => ({ group, health, attributes, Tags: tags.get(arn) }))]
      }),
    ),
  ])
  return { balancers: read[0], groups: read[1] }
}

export function balancerFacts(
  { loadBalancer: { described, subnets } }: { readonly loadBalancer: Awaited<ReturnType<typeof describeBalancers>> },
  census: Census,
): Pick<CloudFacts, 'loadBalancers' | 'defaultSubnets'> {
  const found = described && liveBalancers(described, census)
  return { ...(found && { loadBalancers: found }), ...(subnets && { defaultSubnets: subnets }) }
}

function liveBalancers({ balancers, groups }: Described, census: Census): readonly LiveLoadBalancer[] {
  const byAddress = new Map<Address, { balancers: LiveBalancer[]; targetGroups: LiveTargetGroup[] }>()
  const at = (arn: string | undefined, item: TaggedItem) => {
    const address = census.addressOf('loadBalancer', arn, item)
    if (address === undefined) return undefined
    const known = byAddress.get(address) ?? { balancers: [], targetGroups: [] }
    byAddress.set(address, known)
    return known
  }
  for (const one of balancers) at(one.balancer.LoadBalancerArn, one)?.balancers.push(liveBalancer(one))
  for (const one of groups) at(one.group.TargetGroupArn, one)?.targetGroups.push(liveGroup(one))
  const byName = (left: { readonly name: string }, right: { readonly name: string }) =>
    left.name < right.name ? -1 : 1
  const live = [...byAddress].map(([address, parts]) => {
    const sorted = { balancers: parts.balancers.sort(byName), targetGroups: parts.targetGroups.sort(byName) }
    const [first] = [...sorted.balancers, ...sorted.targetGroups]
    const dnsName = sorted.balancers[0]?.dnsName
    return { address, id: first?.id ?? '', dnsName, tags: first?.tags ?? {}, ...sorted }
  })
  return sortedByAddress(live)
}

function liveBalancer({ balancer, listeners, attributes, Tags }: Described['balancers'][number]): LiveBalancer {
  return {
    id: balancer.LoadBalancerArn ?? '',
    name: balancer.LoadBalancerName ?? '',
    kind: balancer.Type ?? '',
    internal: balancer.Scheme === 'internal',
    dnsName: balancer.DNSName ?? '',
    vpcId: balancer.VpcId ?? '',
    subnetIds: (balancer.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []).sort(),
    securityGroupIds: [...(balancer.SecurityGroups ?? [])].sort(),
    protect: attributes['deletion_protection.enabled'] === 'true',
    listeners: listeners
      .map((listener) => ({
        id: listener.ListenerArn ?? '',
        port: listener.Port ?? 0,
        protocol: (listener.Protocol ?? '').toLowerCase(),
        certificate: listener.Certificates?.[0]?.CertificateArn,
        targetGroupId: soleTargetOf(listener),
      }))
      .sort((left, right) => left.port - right.port),
    tags: tagsOf(Tags),
  }
}

/** The target group that a listener sends everything to. */
export function soleTargetOf({ DefaultActions = [] }: Listener): string | undefined {
  const [action, ...others] = DefaultActions
  const weighted = action?.ForwardConfig?.TargetGroups ?? []
  if (others.length > 0 || action?.Type !== 'forward' || weighted.length > 1) return undefined
  return action.TargetGroupArn ?? weighted[0]?.TargetGroupArn
}

function liveGroup({ group, health, attributes, Tags }: Described['groups'][number]): LiveTargetGroup {
  const seconds = Number(attributes['stickiness.lb_cookie.duration_seconds'] ?? 1)
  return {
    id: group.TargetGroupArn ?? '',
    name: group.TargetGroupName ?? '',
    vpcId: group.VpcId ?? '',
    port: group.Port ?? 0,
    protocol: (group.Protocol ?? '').toLowerCase(),
    health: {
      protocol: (group.HealthCheckProtocol ?? '').toLowerCase(),
      path: group.HealthCheckPath,
      codes: group.Matcher?.HttpCode,
      intervalSeconds: group.HealthCheckIntervalSeconds ?? 0,
      timeoutSeconds: group.HealthCheckTimeoutSeconds ?? 0,
      healthy: group.HealthyThresholdCount ?? 0,
      unhealthy: group.UnhealthyThresholdCount ?? 0,
    },
    drainSeconds: Number(attributes['deregistration_delay.timeout_seconds'] ?? 0),
    stickySeconds: attributes['stickiness.enabled'] === 'true' ? seconds : undefined,
    targets: health
      .filter(({ TargetHealth }) => TargetHealth?.State !== 'draining')
      .map(liveTarget)
      .sort((left, right) => (left.instanceId < right.instanceId ? -1 : 1)),
    draining: health
      .flatMap(({ Target, TargetHealth }) => (TargetHealth?.State === 'draining' ? (Target?.Id ?? []) : []))
      .sort(),
    tags: tagsOf(Tags),
  }
}

export function liveTarget({ Target, TargetHealth }: TargetHealthDescription): LiveTarget {
  return {
    instanceId: Target?.Id ?? '',
    port: Target?.Port ?? 0,
    state: TargetHealth?.State ?? '',
    reason: TargetHealth?.Description,
  }
}
