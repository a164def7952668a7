import { digestOfText } from '../../core/digest.js'
import { displayName, type Address } from '../address.js'
import type { ExistingSelector } from '../launch/existing.js'
import type { SubnetSelector } from '../launch/subnet.js'
import type { Mutabilities } from '../property-change.js'
import type { Tagged, UserTags } from '../tags.js'

/** A load balancer with its listeners and its one target group: one thing to a stack file, several to Elastic Load Balancing. */
export interface LoadBalancerSpec {
  readonly address: Address
  readonly kind: 'application' | 'network'
  readonly internal: boolean
  /** Undefined: default subnets of the zones in which its servers are. */
  readonly subnets: readonly SubnetSelector[] | undefined
  readonly securityGroups: readonly Address[]
  /** Groups that it wears and the stack does not own. */
  readonly existingGroups?: readonly ExistingSelector[]
  /** Sorted by port. */
  readonly listeners: readonly ListenerSpec[]
  readonly targets: TargetsSpec
  /** Deletion protection. */
  readonly protect: boolean
  readonly tags: UserTags
}

export interface ListenerSpec {
  readonly port: number
  readonly protocol: 'http' | 'https' | 'tcp'
  /** Of https: the ARN of its certificate. */
  readonly certificate?: string | undefined
}

/** Which servers get the traffic, and how it is known that they can. */
export interface TargetsSpec {
  readonly servers: readonly Address[]
  readonly port: number
  readonly protocol: 'http' | 'tcp'
  readonly health: HealthSpec
  /** How long what leaves may finish what it does. */
  readonly drainSeconds: number
  /** Clients stay with their server: by a cookie for so long (application), by their address (network). */
  readonly stickySeconds: number | undefined
}

export interface HealthSpec {
  readonly protocol: 'http' | 'tcp'
  /** Of http. */
  readonly path: string | undefined
  /** Of http: `200`, `200-299`, `200,302`. */
  readonly codes: string | undefined
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthy: number
  readonly unhealthy: number
}

/** All that carries one address: mostly one balancer and one target group; more while one takes the place of another. */
export interface LiveLoadBalancer extends Tagged {
  /** Of the first of its balancers, where there is one. */
  readonly dnsName: string | undefined
  /** Sorted by name. `id` and `tags` are those of the first, or of the first target group where there is none. */
  readonly balancers: readonly LiveBalancer[]
  /** Sorted by name. */
  readonly targetGroups: readonly LiveTargetGroup[]
}

export interface LiveBalancer {
  /** Its ARN. */
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly internal: boolean
  readonly dnsName: string
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly protect: boolean
  readonly listeners: readonly LiveListener[]
  readonly tags: Tagged['tags']
}

export interface LiveListener {
  readonly id: string
  readonly port: number
  readonly protocol: string
  readonly certificate: string | undefined
  /** The target group that everything goes to; undefined: something else is done. */
  readonly targetGroupId: string | undefined
}

export interface LiveTargetGroup {
  readonly id: string
  readonly name: string
  readonly vpcId: string
  readonly port: number
  readonly protocol: string
  readonly health: {
    readonly protocol: string
    readonly path: string | undefined
    readonly codes: string | undefined
    readonly intervalSeconds: number
    readonly timeoutSeconds: number
    readonly healthy: number
    readonly unhealthy: number
  }
  readonly drainSeconds: number
  readonly stickySeconds: number | undefined
  /** Those that drain are not among them; sorted by instance. */
  readonly targets: readonly LiveTarget[]
  /** Instances that get nothing new and may still finish what they do, sorted. */
  readonly draining: readonly string[]
  readonly tags: Tagged['tags']
}

export interface LiveTarget {
  readonly instanceId: string
  readonly port: number
  /** `initial`, `healthy`, `unhealthy`, `unused`, `unavailable`. */
  readonly state: string
  /** In Elastic Load Balancing's words. */
  readonly reason: string | undefined
}

/** Names are unique in an account and region, and have at most 32 characters (ELB API, CreateLoadBalancer). */
const shownLength = 12
const digestLength = 8

/** By this a stack's own are told from others in a listing: eight digits behind the shown name. */
export function stackMark(stack: string): string {
  return digestOfText(`load balancers of ${stack}`, digestLength)
}

/**
 * A name for a balancer or target group; `fixed` is what cannot be changed in place, so that what has to take its place is
 * called otherwise.
 */
export function balancingName(stack: string, address: Address, fixed: readonly unknown[]): string {
  const shown = displayName(address)
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, shownLength)
    .replace(/^-+|-+$/g, '')
  const rest = digestOfText(JSON.stringify([address, ...fixed]), digestLength)
  return `${shown === '' || shown.startsWith('internal') ? `x${shown}`.slice(0, shownLength) : shown}-${stackMark(stack)}-${rest}`
}

/** The paths under which a load balancer's properties stand in changes. */
export type LoadBalancerPath =
  | 'kind'
  | 'internal'
  | 'network'
  | 'dnsName'
  | 'subnets'
  | 'securityGroups'
  | 'listeners'
  | 'protect'
  | 'targets.servers'
  | 'targets.port'
  | 'targets.protocol'
  | 'targets.drainSeconds'
  | 'targets.stickiness'
  | 'targets.health.protocol'
  | 'targets.health.path'
  | 'targets.health.codes'
  | 'targets.health.interval'
  | 'targets.health.timeout'
  | 'targets.health.healthy'
  | 'targets.health.unhealthy'

const inPlace = (source: string) => ({ how: 'in-place', because: '', source: `ELB API, ${source}` }) as const
const replaced = (because: string) => ({ how: 'replacement', because, source: 'ELB API, CreateLoadBalancer' }) as const
const group = 'ModifyTargetGroup'
const attributes = 'ModifyTargetGroupAttributes'

/** How each of them can change, with the source of the fact. */
export const loadBalancerMutability: Mutabilities<LoadBalancerPath> = {
  kind: replaced('the kind of a load balancer is fixed when it is made'),
  internal: replaced('whether a load balancer is internal is fixed when it is made'),
  network: replaced('a load balancer stays in its VPC'),
  dnsName: { how: 'fixed', because: 'Elastic Load Balancing chooses the name', source: 'ELB API, CreateLoadBalancer' },
  subnets: inPlace('SetSubnets'),
  securityGroups: inPlace('SetSecurityGroups'),
  listeners: inPlace('ModifyListener'),
  protect: inPlace('ModifyLoadBalancerAttributes'),
  'targets.servers': inPlace('RegisterTargets'),
  // Another target group takes the place of the one, behind the same balancer.
  'targets.port': inPlace('CreateTargetGroup'),
  'targets.protocol': inPlace('CreateTargetGroup'),
  'targets.drainSeconds': inPlace(attributes),
  'targets.stickiness': inPlace(attributes),
  'targets.health.protocol': inPlace(group),
  'targets.health.path': inPlace(group),
  'targets.health.codes': inPlace(group),
  'targets.health.interval': inPlace(group),
  'targets.health.timeout': inPlace(group),
  'targets.health.healthy': inPlace(group),
  'targets.health.unhealthy': inPlace(group),
}

/** What is recorded of a load balancer in its applied tag. */
export const loadBalancerAppliedKeys = [
  'kind',
  'internal',
  'subnets',
  'groups',
  'listeners',
  'protect',
  'servers',
  'port',
  'protocol',
  'drain',
  'sticky',
  'health',
  'tags',
] as const
