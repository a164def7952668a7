import type { Listener, LoadBalancer, TargetGroup } from '../../model/load-balancing/records.js'
import { ApiError } from '../../wire/api-error.js'
import type { World } from '../../world/world.js'

/** The balancers that there are; those that went a moment ago only keep their interfaces. */
export function liveBalancers(world: World): readonly LoadBalancer[] {
  return world.loadBalancers.values().filter(({ deletedAtMs }) => deletedAtMs === undefined)
}

export function findBalancer(world: World, arn: string): LoadBalancer {
  const found = balancerOf(world, arn)
  if (found) return found
  throw new ApiError('LoadBalancerNotFound', `Load balancers '[${arn}]' not found`)
}

function balancerOf(world: World, arn: string): LoadBalancer | undefined {
  const found = world.loadBalancers.get(arn)
  return found?.deletedAtMs === undefined ? found : undefined
}

export function findGroup(world: World, arn: string): TargetGroup {
  const found = world.targetGroups.get(arn)
  if (found) return found
  throw new ApiError('TargetGroupNotFound', `One or more target groups not found`)
}

export function findListener(world: World, arn: string): Listener {
  const found = world.listeners.get(arn)
  if (found) return found
  throw new ApiError('ListenerNotFound', `One or more listeners not found`)
}

/** The balancer whose listeners lead to a group: there is one at most. */
export function balancerOfGroup(world: World, groupId: string): LoadBalancer | undefined {
  const listener = world.listeners.find((candidate) => candidate.groupId === groupId)
  return listener && balancerOf(world, listener.balancerId)
}

const pageMaximum = 400

/** One page of records, by the marker that the last page ended with (ELB API reference: PageSize, Marker). */
export function pageOf<T extends { readonly sequence: number }>(
  items: readonly T[],
  { PageSize, Marker }: { readonly PageSize?: number | undefined; readonly Marker?: string | undefined },
): { readonly items: readonly T[]; readonly marker: string | undefined } {
  if (PageSize !== undefined && (PageSize < 1 || PageSize > pageMaximum)) {
    throw new ApiError('ValidationError', `Page size '${PageSize}' must be between 1 and ${pageMaximum}`)
  }
  const after = Marker === undefined ? 0 : Number(Buffer.from(Marker, 'base64url').toString())
  if (!Number.isInteger(after)) throw new ApiError('ValidationError', `Invalid marker '${Marker}'`)
  const rest = items.filter(({ sequence }) => sequence > after)
  const page = rest.slice(0, PageSize ?? pageMaximum)
  const last = page.at(-1)
  const isMore = page.length < rest.length && last !== undefined
  return { items: page, marker: isMore ? Buffer.from(String(last.sequence)).toString('base64url') : undefined }
}
