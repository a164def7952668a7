import type { Address } from '../../model/address.js'
import { sortedByAddress } from '../../model/address-order.js'
import { impacts, type Change, type Impact } from '../../model/change.js'
import { serverOfElasticIp } from '../../model/kinds/elastic-ip.js'
import { serverOfInterface } from '../../model/kinds/network-interface.js'
import type { Step } from '../../model/steps/step.js'
import type { Decided } from '../decide/decided.js'
import type { World } from '../world.js'

/** The changes as reports show them, by address: each with the worst impact of its own and of its steps. */
export function plannedChanges(
  decided: readonly Decided[],
  steps: readonly Step[],
  groups: ReadonlyMap<Address, Address>,
): readonly Change[] {
  const worst = new Map<Address, Impact>()
  for (const { address, impact } of steps) {
    if (impact !== 'none') worst.set(address, worse(worst.get(address), impact))
  }
  return sortedByAddress(decided.map(({ change }) => change)).map(({ address, kind, reason, diffs, impact }) => {
    const server = groups.get(address)
    return {
      address,
      kind,
      ...(server === undefined ? {} : { server }),
      reason,
      impact: worse(impact, worst.get(address) ?? 'none'),
      diffs,
    }
  })
}

/** With which address a step stands in reports: what lies on a server stands with the server. */
export function groupsOf({ spec, live }: World): ReadonlyMap<Address, Address> {
  const groups = new Map<Address, Address>()
  for (const [address, { attachment }] of live.volumes) {
    const holder = attachment && live.serversById.get(attachment.instanceId)
    if (holder) groups.set(address, holder.address)
  }
  for (const { address, server } of spec.volumes) {
    if (server !== undefined) groups.set(address, server)
  }
  for (const address of [...live.elasticIps.keys(), ...spec.elasticIps.map((elasticIp) => elasticIp.address)]) {
    groups.set(address, serverOfElasticIp(address))
  }
  for (const address of [...live.interfaces.keys(), ...(spec.interfaces ?? []).map((one) => one.address)]) {
    groups.set(address, serverOfInterface(address))
  }
  for (const { address, to } of spec.syncs) {
    const group = to.kind === 'server' ? to.server : to.kind === 'volume' ? groups.get(to.volume) : undefined
    if (group !== undefined) groups.set(address, group)
  }
  return groups
}

function worse(left: Impact | undefined, right: Impact): Impact {
  return left !== undefined && impacts.indexOf(left) > impacts.indexOf(right) ? left : right
}
