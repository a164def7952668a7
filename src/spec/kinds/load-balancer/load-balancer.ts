import { addressOf, compareAddresses, type Address } from '../../../model/address.js'
import { required } from '../../../core/assert.js'
import type { HealthSpec, ListenerSpec, LoadBalancerSpec } from '../../../model/kinds/load-balancer.js'
import type { Context } from '../../context.js'
import { ignore } from '../../problem.js'
import { findMembers, memberAddress } from '../../references/counted-members.js'
import type { HealthCheckShape, LoadBalancerShape, TargetsShape } from '../../shape/stack-shape.generated.js'
import { inOrder, tagsOf } from '../entries.js'
import { chosenGroups, subnetOf } from '../server/launch-choices.js'
import type { SpecKind } from '../spec-kind.js'
import { checkLoadBalancers } from './check-load-balancers.js'
import { withoutStar } from './without-star.js'

/** What clients come to, and the servers behind it. */
export const loadBalancer: SpecKind<'loadBalancer'> = {
  word: 'load balancer',
  entries: ({ loadBalancers }) => loadBalancers,
  pathOf: (name) => ['loadBalancers', name],
  attributes: ['id', 'dnsName'],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  check: checkLoadBalancers,
  specs: (context) => inOrder(context.loadBalancers).map(([name, entry]) => specOf(context, name, entry)),
}

function specOf(context: Context, name: string, entry: LoadBalancerShape): LoadBalancerSpec {
  const kind = entry.kind ?? 'application'
  const protocol = kind === 'application' ? 'http' : 'tcp'
  const listeners = listenersOf(entry, protocol)
  const targets = required(entry.targets, 'targets')
  const first = listeners[0]
  return {
    address: addressOf('loadBalancer', name),
    kind,
    internal: entry.internal ?? false,
    subnets: entry.subnets?.map((subnet) => subnetOf(context, required(subnet, 'subnet'))),
    ...chosenGroups(context, entry.securityGroups ?? []),
    listeners,
    targets: {
      servers: serversOf(context, targets),
      port: targets.port ?? (first?.protocol === 'https' ? 80 : (first?.port ?? 80)),
      protocol,
      health: healthOf(targets.health ?? {}, protocol),
      drainSeconds: targets.drainSeconds ?? 30,
      stickySeconds: targets.stickySeconds,
    },
    protect: entry.protect ?? false,
    tags: tagsOf(context, entry.tags),
  }
}

function listenersOf({ listeners }: LoadBalancerShape, protocol: 'http' | 'tcp'): readonly ListenerSpec[] {
  if (listeners === undefined) return [{ port: 80, protocol }]
  return listeners
    .map((written): ListenerSpec => {
      const listener = required(written, 'listener')
      const { certificate } = listener
      return {
        port: required(listener.port, 'port'),
        protocol: listener.protocol ?? protocol,
        ...(certificate !== undefined && { certificate }),
      }
    })
    .toSorted((left, right) => left.port - right.port)
}

function healthOf(written: HealthCheckShape, of: 'http' | 'tcp'): HealthSpec {
  const protocol = written.protocol ?? of
  const intervalSeconds = written.interval ?? 30
  const isHttp = protocol === 'http'
  return {
    protocol,
    path: isHttp ? (written.path ?? '/') : undefined,
    codes: isHttp ? (written.codes ?? '200') : undefined,
    intervalSeconds,
    timeoutSeconds: written.timeout ?? Math.min(isHttp ? 5 : 10, intervalSeconds - 1),
    healthy: written.healthy ?? 5,
    unhealthy: written.unhealthy ?? 2,
  }
}

/** Every member of a count unless one is chosen, in order. */
function serversOf(context: Context, { servers }: TargetsShape): readonly Address[] {
  const texts = [servers ?? []].flat()
  const found = texts.flatMap((text) =>
    findMembers(context, 'server', withoutStar(text ?? ''), ignore).flatMap(
      (one) => memberAddress('server', one) ?? [],
    ),
  )
  return [...new Set(found)].toSorted(compareAddresses)
}
