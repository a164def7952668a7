import { isInBlock } from '../../core/cidr-block.js'
import type { Address } from '../../model/address.js'
import type { LiveRule } from '../../model/kinds/security-group.js'
import type { Moved } from '../../model/moved.js'
import type { Plan } from '../../model/plan.js'
import type { PlannedRule } from '../../model/steps/step.js'
import { serversEntered } from '../../model/steps/step-kinds.js'
import { operatorCidr } from './bound-here.js'
import type { PlanBasis } from './plan-basis.js'

/**
 * `my-ip` as something that moved: where the plan enters a server that lets the machine that made it in, and neither the plan
 * nor what is live lets this one in. Where nobody knows the address of this machine, also where the plan opens a door to it.
 */
export function lettingIn(plan: Plan, saved: PlanBasis, here: PlanBasis): readonly Moved[] {
  const [before, after] = [operatorCidr(saved), operatorCidr(here)]
  if (before === undefined || before === after) return []
  const opensDoors = plan.steps.some(
    (step) => step.kind === 'authorize-ingress' && step.rules.some(({ description }) => description === 'my-ip'),
  )
  const isShut = (rules: readonly (LiveRule | PlannedRule)[]) =>
    rules.some((rule) => letsIn(rule, before)) && !rules.some((rule) => letsIn(rule, after ?? everybody))
  const isStale = (after === undefined && opensDoors) || rulesOfEntered(plan, here).some(isShut)
  return isStale ? [{ where: 'live', what: 'my-ip', path: 'address', before, after }] : []
}

/** Of each server that the plan enters, the rules of its groups: those that are live, and those that the plan adds. */
function rulesOfEntered(plan: Plan, { live }: PlanBasis): readonly (readonly (LiveRule | PlannedRule)[])[] {
  const added = new Map<Address, readonly PlannedRule[]>()
  const launched = new Map<Address, readonly Address[]>()
  for (const step of plan.steps) {
    if (step.kind === 'authorize-ingress') added.set(step.address, [...(added.get(step.address) ?? []), ...step.rules])
    if (step.kind === 'create-server') launched.set(step.address, step.securityGroups)
  }
  const entered = new Set(plan.steps.flatMap(serversEntered))
  return [...entered].map((address) => {
    const groups = launched.get(address)
    const server = live.servers.find((one) => one.address === address || one.id === address)
    const standing = live.securityGroups.filter((group) =>
      groups ? groups.includes(group.address) : (server?.securityGroupIds.includes(group.id) ?? false),
    )
    const addresses = new Set([...(groups ?? []), ...standing.map((group) => group.address)])
    return [...standing.flatMap(({ ingress }) => ingress), ...[...addresses].flatMap((one) => added.get(one) ?? [])]
  })
}

const sshPort = 22
const everybody = '0.0.0.0/0'

function letsIn({ protocol, fromPort, toPort, source }: LiveRule | PlannedRule, cidr: string): boolean {
  if (source.kind !== 'cidr' || !isInBlock(cidr, source.cidr)) return false
  return protocol === '-1' || (protocol === 'tcp' && fromPort <= sshPort && sshPort <= toPort)
}
