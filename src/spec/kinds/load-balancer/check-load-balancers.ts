import { reportAt, type Context } from '../../context.js'
import { isUnreadable, type Path } from '../../problem.js'
import { findMembers } from '../../references/counted-members.js'
import type { LoadBalancerShape, TagsShape } from '../../shape/stack-shape.generated.js'
import { checkSubnetName } from '../network/subnet-names.js'
import { checkChosenGroups } from '../server/check-launch-choices.js'
import { withoutStar } from './without-star.js'

/** Reports what of load balancers names nothing, and what Elastic Load Balancing would refuse. */
export function checkLoadBalancers(context: Context): void {
  for (const [name, entry] of context.loadBalancers) {
    if (!entry) continue
    const path: Path = ['loadBalancers', name]
    checkNames(context, path, name, entry)
    checkGroups(context, path, entry)
    checkListeners(context, path, entry)
    checkHealth(context, path, entry)
    checkTags(context, path, { ...context.stack.tags, ...entry.tags })
  }
}

const mistake = 'SPEC_BAD_LOAD_BALANCER'

function checkNames(context: Context, path: Path, name: string, entry: LoadBalancerShape): void {
  const { targets, subnets } = entry
  const servers = targets?.servers
  checkSomebody(context, path, name, targets)
  const at: Path = [...path, 'targets', 'servers']
  if (typeof servers === 'string') findMembers(context, 'server', withoutStar(servers), reportAt(context, at))
  else if (servers) {
    for (const [index, text] of servers.entries()) {
      if (text !== undefined) findMembers(context, 'server', withoutStar(text), reportAt(context, [...at, index]))
    }
  }
  checkChosenGroups(context, path, entry)
  for (const [index, subnet] of (subnets ?? []).entries()) {
    checkSubnetName(context, [...path, 'subnets', index], subnet)
  }
}

/** Servers, or the members of a scaling group. */
function checkSomebody(context: Context, path: Path, name: string, targets: LoadBalancerShape['targets']): void {
  if (!targets || targets.servers !== undefined || isUnreadable(targets, 'servers')) return
  const isNamed = (text: string | undefined) => text === name || text === `loadBalancer.${name}`
  if ([...context.scalingGroups.values()].some((group) => isNamed(group?.loadBalancer))) return
  const message = '`servers` is missing in the targets: nobody gets the traffic'
  const hint = `name servers, or write \`loadBalancer: ${name}\` in a scaling group`
  reportAt(context, [...path, 'targets'], 'key')({ code: 'SPEC_MISSING_KEY', message, hint })
}

function checkGroups(context: Context, path: Path, entry: LoadBalancerShape): void {
  if (entry.kind === 'network' || entry.securityGroups !== undefined || isUnreadable(entry, 'securityGroups')) return
  reportAt(
    context,
    path,
    'key',
  )({
    code: 'SPEC_MISSING_KEY',
    message: '`securityGroups` is missing: without a group of its own nobody reaches an application load balancer',
    hint: 'name a group that lets clients in at its ports, and let them in at the servers from that group',
  })
}

function checkListeners(context: Context, path: Path, { kind, listeners, subnets }: LoadBalancerShape): void {
  const isNetwork = kind === 'network'
  const ports = new Set<number>()
  for (const [index, listener] of (listeners ?? []).entries()) {
    if (!listener) continue
    const report = reportAt(context, [...path, 'listeners', index])
    const { port, protocol, certificate } = listener
    if (port !== undefined && ports.has(port)) {
      report({ code: mistake, message: `port ${port} has a listener already`, hint: 'leave one of them out' })
    }
    if (port !== undefined) ports.add(port)
    if (protocol !== undefined && (protocol === 'tcp') !== isNetwork) {
      const fitting = isNetwork ? 'tcp' : 'http or https'
      const message = `a listener of ${isNetwork ? 'a network' : 'an application'} load balancer has the protocol ${fitting}`
      report({
        code: mistake,
        message,
        hint: `write ${fitting}, or \`kind: ${isNetwork ? 'application' : 'network'}\``,
      })
    }
    if ((protocol === 'https') !== (certificate !== undefined) && !isUnreadable(listener, 'certificate')) {
      const message =
        protocol === 'https'
          ? 'a listener of https needs a `certificate`'
          : '`certificate` belongs to a listener of https'
      report({
        code: mistake,
        message,
        hint: 'give the ARN of a certificate of Certificate Manager, with `protocol: https`',
      })
    }
  }
  if (!isNetwork && subnets?.length === 1) {
    const message = 'an application load balancer stands in two zones at least'
    reportAt(context, [...path, 'subnets'])({ code: mistake, message, hint: 'name a subnet in another zone too' })
  }
}

function checkHealth(context: Context, path: Path, { kind, targets }: LoadBalancerShape): void {
  const { health } = targets ?? {}
  if (!health) return
  const { interval = 30, timeout, protocol = kind === 'network' ? 'tcp' : 'http' } = health
  const at: Path = [...path, 'targets', 'health']
  if (timeout !== undefined && timeout >= interval) {
    const message = `an answer may not take ${timeout} seconds where the next question comes after ${interval}`
    reportAt(context, [...at, 'timeout'])({ code: mistake, message, hint: 'write less than the interval' })
  }
  if (kind !== 'network' && protocol === 'tcp') {
    const message = 'an application load balancer asks its servers by http'
    reportAt(context, [...at, 'protocol'])({ code: mistake, message, hint: 'leave `protocol` out' })
  }
  for (const key of ['path', 'codes'] as const) {
    if (protocol === 'tcp' && health[key] !== undefined) {
      const message = `\`${key}\` belongs to health checks by http`
      reportAt(context, [...at, key])({ code: mistake, message, hint: `write \`protocol: http\`, or leave ${key} out` })
    }
  }
}

/** Elastic Load Balancing takes fewer characters than EC2 (ELB API, Tag). */
function checkTags(context: Context, path: Path, tags: TagsShape): void {
  const wrong = Object.entries(tags ?? {}).find(
    ([key, value]) => !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(`${key}${value}`),
  )
  if (!wrong) return
  const message = `the tag ${wrong[0]} has characters that Elastic Load Balancing does not take`
  const hint = 'letters, digits, spaces and _.:/=+-@ are possible; give this entry another value in `tags`'
  reportAt(context, path, 'key')({ code: mistake, message, hint })
}
