import type { Address } from '../../model/address.js'
import { sidedRules, type SecurityGroupSpec } from '../../model/kinds/security-group.js'
import type { ServerSpec } from '../../model/kinds/server.js'
import {
  existingKey,
  type ExistingGroup,
  type ExistingKeyPair,
  type ExistingSelector,
} from '../../model/launch/existing.js'
import type { Problem } from '../../model/plan-problem.js'
import type { World } from '../world.js'
import { errorOf, inEntry } from './decided.js'

/** The one group that a selector names; undefined where it names none or several, which is told as a problem. */
export function existingGroup({ live }: World, selector: ExistingSelector): ExistingGroup | undefined {
  return only(live.stack.existingGroups?.[existingKey(selector)])
}

export function existingKeyPair({ live }: World, selector: ExistingSelector): ExistingKeyPair | undefined {
  return only(live.stack.existingKeyPairs?.[existingKey(selector)])
}

/** What of the groups and the key pair that a server names, and the stack does not own, cannot be used. */
export function existingProblems(world: World, spec: ServerSpec): readonly Problem[] {
  const { address, existingKeyPair: pair } = spec
  const { stack } = world.live
  return [
    ...existingGroupProblems(world, spec),
    ...(pair
      ? problemsOf(world, address, 'key pair', pair, stack.existingKeyPairs?.[existingKey(pair)], 'keyPair')
      : []),
  ]
}

/** The same of the groups that a load balancer or a network interface wears. */
export function existingGroupProblems(
  world: World,
  { address, existingGroups = [] }: Pick<ServerSpec, 'address' | 'existingGroups'>,
): readonly Problem[] {
  return existingGroups.flatMap((selector) => groupProblem(world, address, selector, 'securityGroups'))
}

/** The same of the groups that rules name. */
export function existingRuleProblems(world: World, spec: SecurityGroupSpec): readonly Problem[] {
  return sidedRules(spec).flatMap(({ side, peer }) =>
    peer.kind === 'existing' ? groupProblem(world, spec.address, peer.group, side) : [],
  )
}

function groupProblem(world: World, address: Address, selector: ExistingSelector, key: string): readonly Problem[] {
  const found = world.live.stack.existingGroups?.[existingKey(selector)]
  return problemsOf(world, address, 'security group', selector, found, key)
}

function problemsOf(
  { live }: World,
  address: Address,
  what: string,
  selector: ExistingSelector,
  found: readonly { readonly id: string; readonly stack?: string }[] = [],
  key: string,
): readonly Problem[] {
  const named = existingKey(selector)
  const [first, ...others] = found
  if (!first) {
    const message = `${live.stack.region} has no ${what} ${named}, which the file names for ${address}`
    return [inEntry(errorOf(address, 'PLAN_EXISTING_NOT_FOUND', message), key)]
  }
  if (others.length > 0) {
    const message = `several of the region fit the ${what} ${named} of ${address}: ${found.map(({ id }) => id).join(', ')}`
    return [inEntry(errorOf(address, 'PLAN_EXISTING_AMBIGUOUS', message, 'name the one by its id'), key)]
  }
  if (first.stack !== live.stack.stack) return []
  const message = `the ${what} ${named} of ${address} is one of this stack`
  return [inEntry(errorOf(address, 'PLAN_EXISTING_OWN', message, 'name it as its entry is called'), key)]
}

function only<Item>(found: readonly Item[] | undefined): Item | undefined {
  const [first, ...others] = found ?? []
  return others.length === 0 ? first : undefined
}
