import type { DiffValue } from '../../../model/change.js'
import type {
  ListenerSpec,
  LiveBalancer,
  LiveTargetGroup,
  LoadBalancerSpec,
} from '../../../model/kinds/load-balancer.js'
import { subnetKey } from '../../../model/launch/subnet.js'
import type { PlannedBalancing } from '../../../model/steps/step.js'
import type { Property, Wishes } from '../../compare/comparison.js'
import { userTagsWord } from '../../compare/desired-tags.js'
import type { World } from '../../world.js'
import { groupsShown, groupsWord } from '../servers/server-properties.js'

/** What the file says of a load balancer, as it is digested into the applied tag. */
export function balancerWords(spec: LoadBalancerSpec) {
  const { targets } = spec
  return [
    { key: 'kind', word: spec.kind },
    { key: 'internal', word: spec.internal },
    { key: 'subnets', word: spec.subnets?.map(subnetKey) },
    { key: 'groups', word: wearsAny(spec) ? groupsWord(spec) : undefined },
    { key: 'listeners', word: spec.listeners.map(listenerText) },
    { key: 'protect', word: spec.protect },
    { key: 'servers', word: targets.servers },
    { key: 'port', word: targets.port },
    { key: 'protocol', word: targets.protocol },
    { key: 'drain', word: targets.drainSeconds },
    { key: 'sticky', word: targets.stickySeconds },
    { key: 'health', word: targets.health },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ] as const
}

function listenerText({ port, protocol, certificate }: ListenerSpec): string {
  return `${port} ${protocol}${certificate === undefined ? '' : ` ${certificate}`}`
}

type Word = ReturnType<typeof balancerWords>[number]['key']

/** What of a live one can be compared with the file, but for its targets. */
export function balancerProperties(
  world: World,
  spec: LoadBalancerSpec,
  wish: PlannedBalancing,
  live: LiveBalancer,
  { group, ownGroups }: { readonly group: LiveTargetGroup | undefined; readonly ownGroups: ReadonlySet<string> },
): readonly Property<'loadBalancer'>[] {
  const word = (key: Word) => balancerWords(spec).find((one) => one.key === key)?.word
  const of = (path: Property<'loadBalancer'>['path'], key: Word, before: DiffValue, after: DiffValue) => ({
    path,
    key,
    word: word(key),
    before,
    after,
  })
  const groups = live.securityGroupIds.map((id) => world.live.groupsById.get(id)?.address ?? id)
  const { health, targets } = { health: wish.health, targets: spec.targets }
  return [
    of('subnets', 'subnets', live.subnetIds, wish.subnetIds),
    ...(wearsAny(spec) ? [of('securityGroups', 'groups', groups, groupsShown(world, spec))] : []),
    of(
      'listeners',
      'listeners',
      live.listeners.map((one) => liveListenerText(one, ownGroups)),
      wish.listeners.map(listenerText),
    ),
    of('protect', 'protect', live.protect, wish.protect),
    ...(group === undefined
      ? []
      : [
          of('targets.port', 'port', group.port, targets.port),
          of('targets.protocol', 'protocol', group.protocol, targets.protocol),
          of('targets.drainSeconds', 'drain', group.drainSeconds, targets.drainSeconds),
          of(
            'targets.stickiness',
            'sticky',
            stickiness(spec, group.stickySeconds),
            stickiness(spec, targets.stickySeconds),
          ),
          of('targets.health.protocol', 'health', group.health.protocol, health.protocol),
          of('targets.health.path', 'health', group.health.path ?? null, health.path ?? null),
          of('targets.health.codes', 'health', group.health.codes ?? null, health.codes ?? null),
          of('targets.health.interval', 'health', group.health.intervalSeconds, health.intervalSeconds),
          of('targets.health.timeout', 'health', group.health.timeoutSeconds, health.timeoutSeconds),
          of('targets.health.healthy', 'health', group.health.healthy, health.healthy),
          of('targets.health.unhealthy', 'health', group.health.unhealthy, health.unhealthy),
        ]),
  ]
}

function liveListenerText(listener: LiveBalancer['listeners'][number], ownGroups: ReadonlySet<string>): string {
  const { port, protocol, certificate, targetGroupId } = listener
  const isOurs = targetGroupId !== undefined && ownGroups.has(targetGroupId)
  return `${port} ${protocol}${certificate === undefined ? '' : ` ${certificate}`}${isOurs ? '' : ', to something else'}`
}

/** By address there is no time to it. */
function stickiness({ kind }: LoadBalancerSpec, seconds: number | undefined): string | null {
  if (seconds === undefined) return null
  return kind === 'application' ? `cookie, ${seconds} s` : 'address'
}

/** Left out: a network load balancer that lets everybody in. */
export function wearsAny({ securityGroups, existingGroups = [] }: LoadBalancerSpec): boolean {
  return securityGroups.length + existingGroups.length > 0
}

/** All that is wanted of a new one. */
export function balancerWishes(world: World, spec: LoadBalancerSpec, wish: PlannedBalancing): Wishes<'loadBalancer'> {
  const { targets } = spec
  return {
    kind: spec.kind,
    internal: spec.internal || undefined,
    subnets: wish.subnetIds,
    securityGroups: wearsAny(spec) ? groupsShown(world, spec) : undefined,
    listeners: spec.listeners.map(listenerText),
    protect: spec.protect || undefined,
    'targets.servers': targets.servers,
    'targets.port': targets.port,
    'targets.drainSeconds': targets.drainSeconds,
    'targets.stickiness': stickiness(spec, targets.stickySeconds),
    'targets.health.path': targets.health.path,
    'targets.health.interval': targets.health.intervalSeconds,
  }
}
