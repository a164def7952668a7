import { announceTargets } from '../../lifecycle/load-balancing/balancers.js'
import { withGroupAttributes, attributesOfGroup } from '../../model/load-balancing/attributes.js'
import { checkCodes } from '../../model/load-balancing/health.js'
import { newGroupArn, type HealthCheck, type TargetGroup } from '../../model/load-balancing/records.js'
import { ApiError } from '../../wire/api-error.js'
import { boolean, integer, list, oneOfMore, required, string, structure, tagList } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { balancerOfGroup, findBalancer, findGroup, pageOf } from './found.js'
import { renderAttributes } from './load-balancers.js'
import { checkName, readTagList } from './names.js'

const protocol = oneOfMore(['HTTP', 'TCP'], ['HTTPS', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'])

const healthMembers = {
  HealthCheckProtocol: protocol,
  HealthCheckPort: string,
  HealthCheckPath: string,
  HealthCheckEnabled: boolean,
  HealthCheckIntervalSeconds: integer,
  HealthCheckTimeoutSeconds: integer,
  HealthyThresholdCount: integer,
  UnhealthyThresholdCount: integer,
  Matcher: structure({ HttpCode: string }),
} as const

interface HealthRequest {
  readonly HealthCheckProtocol?: 'HTTP' | 'TCP' | undefined
  readonly HealthCheckPort?: string | undefined
  readonly HealthCheckPath?: string | undefined
  readonly HealthCheckEnabled?: boolean | undefined
  readonly HealthCheckIntervalSeconds?: number | undefined
  readonly HealthCheckTimeoutSeconds?: number | undefined
  readonly HealthyThresholdCount?: number | undefined
  readonly UnhealthyThresholdCount?: number | undefined
  readonly Matcher?: { readonly HttpCode?: string | undefined } | undefined
}

export const createTargetGroup = defineAction({
  name: 'CreateTargetGroup',
  effect: 'writes',
  members: {
    Name: required(string),
    Protocol: protocol,
    ProtocolVersion: oneOfMore(['HTTP1'], ['HTTP2', 'GRPC']),
    Port: integer,
    VpcId: string,
    TargetType: oneOfMore(['instance'], ['ip', 'lambda', 'alb']),
    IpAddressType: oneOfMore(['ipv4'], ['ipv6']),
    ...healthMembers,
    Tags: tagList,
  },
  run: (parameters, world) => {
    const name = checkName('Target group', parameters.Name)
    const { Protocol, Port, VpcId } = parameters
    if (Protocol === undefined) throw missing('A protocol must be specified')
    if (Port === undefined) throw missing('A port must be specified')
    if (VpcId === undefined) throw missing('A VPC ID must be specified')
    if (Port < 1 || Port > 65_535) throw missing(`Port '${Port}' must be between 1 and 65535`)
    if (!world.vpcs.get(VpcId)) throw missing(`The VPC ID '${VpcId}' is not found`)
    const tags = readTagList(parameters.Tags)
    const health = readHealth(defaultHealth(Protocol), parameters)
    const wanted = { name, protocol: Protocol, port: Port, vpcId: VpcId, health }
    const same = world.targetGroups.find((group) => group.name === name)
    if (same) {
      if (isLike(same, wanted)) return { TargetGroups: [render(world, same)] }
      const message = `A target group with the same name '${name}' exists, but with different settings`
      throw new ApiError('DuplicateTargetGroupName', message)
    }
    const group = world.targetGroups.put({
      id: newGroupArn(world, name),
      sequence: world.nextSequence(),
      ...wanted,
      attributes: {},
    })
    world.tags.put(group.id, tags)
    return { TargetGroups: [render(world, group)] }
  },
})

function isLike(group: TargetGroup, wanted: Pick<TargetGroup, 'protocol' | 'port' | 'vpcId' | 'health'>): boolean {
  const of = ({ protocol: its, port, vpcId, health }: typeof wanted) => JSON.stringify([its, port, vpcId, health])
  return of(group) === of(wanted)
}

function missing(message: string): ApiError {
  return new ApiError('ValidationError', message)
}

/** ELB API reference, CreateTargetGroup. */
function defaultHealth(of: 'HTTP' | 'TCP'): HealthCheck {
  const common = { protocol: of, port: 'traffic-port', intervalSeconds: 30, healthyThreshold: 5, unhealthyThreshold: 2 }
  return of === 'HTTP'
    ? { ...common, path: '/', timeoutSeconds: 5, codes: '200' }
    : { ...common, path: '', timeoutSeconds: 10, codes: '' }
}

function readHealth(before: HealthCheck, request: HealthRequest): HealthCheck {
  if (request.HealthCheckEnabled === false) {
    throw missing("Health check enabled must be true for target groups with target type 'instance'")
  }
  const to = request.HealthCheckProtocol ?? before.protocol
  const isHttp = to === 'HTTP'
  const base =
    isHttp && before.protocol === 'TCP' ? { ...before, path: '/', codes: '200-399', timeoutSeconds: 6 } : before
  const after: HealthCheck = {
    protocol: to,
    port: request.HealthCheckPort ?? base.port,
    path: isHttp ? (request.HealthCheckPath ?? base.path) : '',
    intervalSeconds: request.HealthCheckIntervalSeconds ?? base.intervalSeconds,
    timeoutSeconds: request.HealthCheckTimeoutSeconds ?? base.timeoutSeconds,
    healthyThreshold: request.HealthyThresholdCount ?? base.healthyThreshold,
    unhealthyThreshold: request.UnhealthyThresholdCount ?? base.unhealthyThreshold,
    codes: isHttp ? checkCodes(request.Matcher?.HttpCode ?? base.codes) : '',
  }
  if (!isHttp && (request.HealthCheckPath !== undefined || request.Matcher?.HttpCode !== undefined)) {
    throw missing(`Health check path and matcher cannot be specified with the health check protocol '${to}'`)
  }
  checkBetween('interval', after.intervalSeconds, 5, 300)
  checkBetween('timeout', after.timeoutSeconds, 2, 120)
  checkBetween('healthy threshold', after.healthyThreshold, 2, 10)
  checkBetween('unhealthy threshold', after.unhealthyThreshold, 2, 10)
  if (after.timeoutSeconds > after.intervalSeconds)
    throw missing('Health check interval must be greater than the timeout.')
  if (after.port !== 'traffic-port' && !/^[1-9]\d{0,4}$/.test(after.port)) {
    throw missing(`Health check port '${after.port}' must be a valid port or 'traffic-port'`)
  }
  if (isHttp && (!after.path.startsWith('/') || after.path.length > 1024)) {
    throw missing(`Health check path '${after.path}' must begin with '/' and have at most 1024 characters`)
  }
  return after
}

function checkBetween(what: string, value: number, least: number, most: number): void {
  if (value < least || value > most) throw missing(`Health check ${what} must be between ${least} and ${most}`)
}

export const modifyTargetGroup = defineAction({
  name: 'ModifyTargetGroup',
  effect: 'writes',
  members: { TargetGroupArn: required(string), ...healthMembers },
  run: (parameters, world) => {
    const group = findGroup(world, parameters.TargetGroupArn)
    const changed = world.targetGroups.put({ ...group, health: readHealth(group.health, parameters) })
    return { TargetGroups: [render(world, changed)] }
  },
})

export const describeTargetGroups = defineAction({
  name: 'DescribeTargetGroups',
  effect: 'reads',
  members: {
    LoadBalancerArn: string,
    TargetGroupArns: list(string),
    Names: list(string),
    Marker: string,
    PageSize: integer,
  },
  run: ({ LoadBalancerArn, TargetGroupArns = [], Names = [], ...request }, world) => {
    for (const arn of TargetGroupArns) findGroup(world, arn)
    const all = world.targetGroups.values()
    if (Names.some((name) => !all.some((group) => group.name === name))) {
      throw new ApiError('TargetGroupNotFound', 'One or more target groups not found')
    }
    const balancer = LoadBalancerArn === undefined ? undefined : findBalancer(world, LoadBalancerArn)
    const isAsked = ({ id, name }: TargetGroup) =>
      (TargetGroupArns.length === 0 || TargetGroupArns.includes(id)) &&
      (Names.length === 0 || Names.includes(name)) &&
      (balancer === undefined || balancerOfGroup(world, id)?.id === balancer.id)
    const { items, marker } = pageOf(all.filter(isAsked), request)
    return { TargetGroups: items.map((group) => render(world, group)), NextMarker: marker }
  },
})

function render(world: World, group: TargetGroup) {
  const { health } = group
  const isHttp = health.protocol === 'HTTP'
  const balancer = balancerOfGroup(world, group.id)
  return {
    TargetGroupArn: group.id,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: health.protocol,
    HealthCheckPort: health.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: health.intervalSeconds,
    HealthCheckTimeoutSeconds: health.timeoutSeconds,
    HealthyThresholdCount: health.healthyThreshold,
    UnhealthyThresholdCount: health.unhealthyThreshold,
    HealthCheckPath: isHttp ? health.path : undefined,
    Matcher: isHttp ? { HttpCode: health.codes } : undefined,
    LoadBalancerArns: balancer ? [balancer.id] : [],
    TargetType: 'instance',
    ProtocolVersion: group.protocol === 'HTTP' ? 'HTTP1' : undefined,
    IpAddressType: 'ipv4',
  }
}

export const deleteTargetGroup = defineAction({
  name: 'DeleteTargetGroup',
  effect: 'writes',
  members: { TargetGroupArn: required(string) },
  run: ({ TargetGroupArn }, world) => {
    const group = world.targetGroups.get(TargetGroupArn)
    if (!group) return {}
    if (balancerOfGroup(world, group.id)) {
      throw new ApiError('ResourceInUse', `Target group '${group.id}' is currently in use by a listener or a rule`)
    }
    for (const { id } of world.targets.withKey(group.id)) world.targets.delete(id)
    world.targetGroups.delete(group.id)
    world.tags.delete(group.id)
    return {}
  },
})

export const describeTargetGroupAttributes = defineAction({
  name: 'DescribeTargetGroupAttributes',
  effect: 'reads',
  members: { TargetGroupArn: required(string) },
  run: ({ TargetGroupArn }, world) => ({
    Attributes: renderAttributes(attributesOfGroup(findGroup(world, TargetGroupArn))),
  }),
})

export const modifyTargetGroupAttributes = defineAction({
  name: 'ModifyTargetGroupAttributes',
  effect: 'writes',
  members: { TargetGroupArn: required(string), Attributes: required(tagList) },
  run: async ({ TargetGroupArn, Attributes }, world) => {
    const group = findGroup(world, TargetGroupArn)
    const changed = world.targetGroups.put({ ...group, attributes: withGroupAttributes(group, Attributes) })
    await announceTargets(world)
    return { Attributes: renderAttributes(attributesOfGroup(changed)) }
  },
})
