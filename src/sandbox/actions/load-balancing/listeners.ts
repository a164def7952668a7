import { announceBalancers, watchTargets } from '../../lifecycle/load-balancing/balancers.js'
import { newListenerArn, ruleArnOf, type Listener, type LoadBalancer } from '../../model/load-balancing/records.js'
import { ApiError, unsupported } from '../../wire/api-error.js'
import { integer, list, oneOfMore, required, string, structure, tagList } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { balancerOfGroup, findBalancer, findGroup, findListener, pageOf } from './found.js'
import { readTagList } from './names.js'

const protocol = oneOfMore(['HTTP', 'TCP', 'HTTPS'], ['TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'])
const certificates = list(structure({ CertificateArn: string }))
const actions = list(
  structure({
    Type: oneOfMore(
      ['forward'],
      ['authenticate-oidc', 'authenticate-cognito', 'redirect', 'fixed-response', 'jwt-validation'],
    ),
    TargetGroupArn: string,
    Order: integer,
    ForwardConfig: structure({ TargetGroups: list(structure({ TargetGroupArn: string, Weight: integer })) }),
  }),
)

interface ActionRequest {
  readonly TargetGroupArn?: string | undefined
  readonly ForwardConfig?:
    | { readonly TargetGroups?: readonly { readonly TargetGroupArn?: string | undefined }[] | undefined }
    | undefined
}

/** The same listener again is answered as the first time was (ELB API reference, CreateListener). */
export const createListener = defineAction({
  name: 'CreateListener',
  effect: 'writes',
  members: {
    LoadBalancerArn: required(string),
    Protocol: protocol,
    Port: integer,
    Certificates: certificates,
    DefaultActions: required(actions),
    Tags: tagList,
  },
  run: async ({ LoadBalancerArn, Protocol, Port, Certificates, DefaultActions, Tags }, world) => {
    const balancer = findBalancer(world, LoadBalancerArn)
    if (Protocol === undefined) throw new ApiError('ValidationError', 'A listener protocol must be specified')
    if (Port === undefined) throw new ApiError('ValidationError', 'A listener port must be specified')
    const tags = readTagList(Tags)
    const checked = checkProtocol(balancer, Protocol, Certificates)
    const port = checkPort(Port)
    const groupId = groupOf(world, balancer, checked, DefaultActions)
    const same = world.listeners.withKey(balancer.id).find((listener) => listener.port === port)
    if (same) {
      if (same.groupId === groupId && same.protocol === checked) return { Listeners: [render(same)] }
      const message = `A listener already exists on this port for this load balancer '${balancer.id}'`
      throw new ApiError('DuplicateListener', message)
    }
    const id = newListenerArn(balancer.id)
    const made = { id, sequence: world.nextSequence(), balancerId: balancer.id, port, protocol: checked, groupId }
    world.listeners.put(made)
    world.tags.put(id, tags)
    watchTargets(world, groupId)
    await announceBalancers(world)
    return { Listeners: [render(made)] }
  },
})

/** The account has no certificates: AWS says the same of one that is not there. */
function checkProtocol(
  { type }: LoadBalancer,
  asked: 'HTTP' | 'TCP' | 'HTTPS',
  given: readonly { readonly CertificateArn?: string | undefined }[] | undefined,
): Listener['protocol'] {
  const isFitting = type === 'application' ? asked !== 'TCP' : asked === 'TCP'
  if (!isFitting) {
    const fitting = type === 'application' ? 'HTTPS, HTTP' : 'TCP, TLS, UDP, TCP_UDP'
    throw new ApiError('ValidationError', `Listener protocol '${asked}' must be one of '${fitting}'`)
  }
  if (asked === 'HTTPS') {
    const arn = given?.[0]?.CertificateArn
    if (arn === undefined) {
      throw new ApiError('CertificateNotFound', 'A certificate must be specified for HTTPS listeners')
    }
    throw new ApiError('CertificateNotFound', `Certificate '${arn}' not found`)
  }
  if (given && given.length > 0) {
    throw new ApiError('ValidationError', `A certificate cannot be specified for ${asked} listeners`)
  }
  return asked
}

function checkPort(port: number): number {
  if (port >= 1 && port <= 65_535) return port
  throw new ApiError('ValidationError', `Listener port '${port}' must be between 1 and 65535`)
}

function groupOf(
  world: World,
  balancer: LoadBalancer,
  listened: Listener['protocol'],
  requested: readonly ActionRequest[],
): string {
  const [action] = requested
  if (requested.length !== 1 || !action)
    throw new ApiError('InvalidLoadBalancerAction', 'Exactly one default action must be specified')
  const weighted = action.ForwardConfig?.TargetGroups ?? []
  if (weighted.length > 1) throw unsupported('listeners that lead to several target groups')
  const arn = action.TargetGroupArn ?? weighted[0]?.TargetGroupArn
  if (arn === undefined) throw new ApiError('ValidationError', 'A target group ARN must be specified')
  const group = findGroup(world, arn)
  if (group.protocol !== listened) {
    const message = `The protocol '${group.protocol}' of the target group is not compatible with the listener protocol '${listened}'`
    throw new ApiError('IncompatibleProtocols', message)
  }
  if (group.vpcId !== balancer.vpcId) {
    const message = 'The target group and the load balancer must be in the same VPC'
    throw new ApiError('InvalidConfigurationRequest', message)
  }
  const other = balancerOfGroup(world, group.id)
  if (other && other.id !== balancer.id) {
    const message = `The following target groups cannot be associated with more than one load balancer: ${group.id}`
    throw new ApiError('TargetGroupAssociationLimit', message)
  }
  return group.id
}

export const modifyListener = defineAction({
  name: 'ModifyListener',
  effect: 'writes',
  members: {
    ListenerArn: required(string),
    Protocol: protocol,
    Port: integer,
    Certificates: certificates,
    DefaultActions: actions,
  },
  run: async ({ ListenerArn, Protocol, Port, Certificates, DefaultActions }, world) => {
    const listener = findListener(world, ListenerArn)
    const balancer = findBalancer(world, listener.balancerId)
    const checked = checkProtocol(balancer, Protocol ?? listener.protocol, Certificates)
    const port = Port === undefined ? listener.port : checkPort(Port)
    const isTaken = world.listeners
      .withKey(balancer.id)
      .some((other) => other.id !== listener.id && other.port === port)
    if (isTaken) {
      const message = `A listener already exists on this port for this load balancer '${balancer.id}'`
      throw new ApiError('DuplicateListener', message)
    }
    const groupId = DefaultActions ? groupOf(world, balancer, checked, DefaultActions) : listener.groupId
    const changed = world.listeners.put({ ...listener, protocol: checked, port, groupId })
    watchTargets(world, groupId)
    await announceBalancers(world)
    return { Listeners: [render(changed)] }
  },
})

export const describeListeners = defineAction({
  name: 'DescribeListeners',
  effect: 'reads',
  members: { LoadBalancerArn: string, ListenerArns: list(string), Marker: string, PageSize: integer },
  run: ({ LoadBalancerArn, ListenerArns = [], ...request }, world) => {
    if (LoadBalancerArn === undefined && ListenerArns.length === 0) {
      throw new ApiError('ValidationError', 'You must specify either listener ARNs or a load balancer ARN')
    }
    const listeners =
      LoadBalancerArn === undefined
        ? ListenerArns.map((arn) => findListener(world, arn))
        : world.listeners.withKey(findBalancer(world, LoadBalancerArn).id)
    const { items, marker } = pageOf(listeners, request)
    return { Listeners: items.map(render), NextMarker: marker }
  },
})

function render({ id, balancerId, port, protocol: its, groupId }: Listener) {
  return {
    ListenerArn: id,
    LoadBalancerArn: balancerId,
    Port: port,
    Protocol: its,
    DefaultActions: [renderAction(groupId)],
  }
}

function renderAction(groupId: string) {
  return {
    Type: 'forward',
    TargetGroupArn: groupId,
    Order: 1,
    ForwardConfig: {
      TargetGroups: [{ TargetGroupArn: groupId, Weight: 1 }],
      TargetGroupStickinessConfig: { Enabled: false },
    },
  }
}

export const deleteListener = defineAction({
  name: 'DeleteListener',
  effect: 'writes',
  members: { ListenerArn: required(string) },
  run: async ({ ListenerArn }, world) => {
    const listener = findListener(world, ListenerArn)
    world.listeners.delete(listener.id)
    world.tags.delete(listener.id)
    await announceBalancers(world)
    return {}
  },
})

/** The default rule of a listener, which is all that it has here. */
export const describeRules = defineAction({
  name: 'DescribeRules',
  effect: 'reads',
  members: { ListenerArn: required(string), Marker: string, PageSize: integer },
  run: ({ ListenerArn }, world) => {
    const { id, groupId } = findListener(world, ListenerArn)
    const rule = {
      RuleArn: ruleArnOf(id),
      Priority: 'default',
      Conditions: [],
      Actions: [renderAction(groupId)],
      IsDefault: true,
    }
    return { Rules: [rule] }
  },
})
