import { randomBytes, randomInt } from 'node:crypto'

/** What stands in one subnet of a load balancer and answers there. */
export interface BalancerNode {
  readonly subnetId: string
  readonly zone: string
  readonly networkInterfaceId: string
  readonly privateIp: string
  /** Of its public address (world/public-numbers.ts); undefined for an internal one. */
  readonly publicNumber: string | undefined
}

export type BalancerType = 'application' | 'network'

/** Its id is its ARN, as that of everything here. */
export interface LoadBalancer {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly type: BalancerType
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  readonly nodes: readonly BalancerNode[]
  readonly securityGroupIds: readonly string[]
  readonly state: 'provisioning' | 'active'
  readonly dnsName: string
  /** What differs from the defaults (attributes.ts). */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAtMs: number
  /** Set once it is gone: its interfaces stay for some moments more. */
  readonly deletedAtMs: number | undefined
}

export interface HealthCheck {
  readonly protocol: 'HTTP' | 'TCP'
  /** A number, or `traffic-port`. */
  readonly port: string
  readonly path: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** Status codes that count as healthy: `200`, `200,302`, `200-299`. */
  readonly codes: string
}

export interface TargetGroup {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly protocol: 'HTTP' | 'TCP'
  readonly port: number
  readonly vpcId: string
  readonly health: HealthCheck
  readonly attributes: Readonly<Record<string, string>>
}

export interface Listener {
  readonly id: string
  readonly sequence: number
  readonly balancerId: string
  readonly port: number
  readonly protocol: 'HTTP' | 'TCP'
  /** Where its one rule leads. */
  readonly groupId: string
}

/** An instance in a target group, at one port. */
export interface Target {
  readonly id: string
  readonly sequence: number
  readonly groupId: string
  readonly instanceId: string
  readonly port: number
  readonly registeredAtMs: number
  /** Set while it drains. */
  readonly deregisteredAtMs: number | undefined
  readonly health: TargetHealth
}

/** What its probes have said. */
export interface TargetHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy'
  readonly reason: string | undefined
  readonly description: string | undefined
  /** Probes in a row that said the opposite of `state`. */
  readonly against: number
}

export const initialHealth: TargetHealth = {
  state: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
  against: 0,
}

export function targetId(groupId: string, instanceId: string, port: number): string {
  return `${groupId} ${instanceId}:${port}`
}

/** The last part of a new ARN: 16 hexadecimal digits. */
function newSuffix(): string {
  return randomBytes(8).toString('hex')
}

interface Place {
  readonly accountId: string
  readonly region: { readonly name: string }
}

function arnIn({ accountId, region }: Place, resource: string): string {
  return `arn:aws:elasticloadbalancing:${region.name}:${accountId}:${resource}`
}

/** `app` and `net` are what ARNs say for the two types (ELB User Guide). */
export function newBalancerArn(place: Place, type: BalancerType, name: string): string {
  return arnIn(place, `loadbalancer/${type === 'application' ? 'app' : 'net'}/${name}/${newSuffix()}`)
}

export function newGroupArn(place: Place, name: string): string {
  return arnIn(place, `targetgroup/${name}/${newSuffix()}`)
}

export function newListenerArn(balancerArn: string): string {
  return `${balancerArn.replace(':loadbalancer/', ':listener/')}/${newSuffix()}`
}

/** Each listener has one rule here, its default one, which goes by its ARN. */
export function ruleArnOf(listenerArn: string): string {
  return `${listenerArn.replace(':listener/', ':listener-rule/')}/${listenerArn.slice(-16)}`
}

/** `app/front/50dc6c495c0c9188`: how a balancer's interfaces are described. */
export function shortNameOf(balancerArn: string): string {
  return balancerArn.slice(balancerArn.indexOf(':loadbalancer/') + ':loadbalancer/'.length)
}

export function newDnsName(
  { region }: Pick<Place, 'region'>,
  { type, scheme, name, id }: Pick<LoadBalancer, 'type' | 'scheme' | 'name' | 'id'>,
): string {
  if (type === 'network') return `${name}-${id.slice(-16)}.elb.${region.name}.amazonaws.com`
  const prefix = scheme === 'internal' ? 'internal-' : ''
  return `${prefix}${name}-${randomInt(100_000_000, 2_000_000_000)}.${region.name}.elb.amazonaws.com`
}

/** Of Route 53, by region (AWS General Reference, "Elastic Load Balancing endpoints"). */
export const hostedZones: Readonly<Record<string, Readonly<Record<BalancerType, string>>>> = {
  'us-east-1': { application: 'Z35SXDOTRQ7X7K', network: 'Z26RNL4JYFTOTI' },
  'eu-central-1': { application: 'Z215JYRZR1TBD5', network: 'Z3F0SRJ5LGBH90' },
  'eu-west-1': { application: 'Z32O12XQLNTSW2', network: 'Z2IFOLAFXWLO4F' },
}
