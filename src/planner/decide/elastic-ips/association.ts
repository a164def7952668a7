import type { Address } from '../../../model/address.js'
import { parseApplied } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import type { ElasticIpSpec, LiveElasticIp } from '../../../model/kinds/elastic-ip.js'
import { tagKeys } from '../../../model/tags.js'
import { causeOf } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import { leave, refuseAlone, type Leave, type Refuse } from '../decided.js'
import type { ServerOutlook, ServerOutlooks } from '../servers/server-outlook.js'
import type { Freeing } from './elastic-ip-decision.js'

/** What of its association differs from what the file says; empty where it leads to its server, and that stays. */
export function associationDiffs(
  world: World,
  spec: ElasticIpSpec,
  live: LiveElasticIp,
  server: ServerOutlook,
): readonly Diff<'elasticIp'>[] {
  const { association } = live
  const isHome = association !== undefined && association.instanceId === server.live?.id
  if (isHome && server.action === 'keep') return []
  if (isHome)
    return [{ path: 'association', before: server.live?.id ?? null, after: knownAfterApply, cause: 'pending' }]
  const { instanceId } = association ?? {}
  const isUnfinished = world.live.superseded.get(spec.server)?.some(({ id }) => id === instanceId) === true
  const applied = parseApplied(live.tags[tagKeys.applied])
  // A replacement that was cut off goes on: nobody has changed anything.
  const cause = isUnfinished ? 'pending' : causeOf(world.digest, applied, 'server', spec.server)
  const before = holderOf(world, live, spec.server) ?? null
  return [{ path: 'association', before, after: spec.server, cause }]
}

/** Where it leads, in words; an instance of the server that it belongs to is told by its id. */
function holderOf({ live }: World, { association }: LiveElasticIp, own?: Address): string | undefined {
  if (!association) return undefined
  const { instanceId } = association
  if (instanceId === undefined) return 'a network interface'
  const holder = live.serversById.get(instanceId)?.address
  return holder === undefined || holder === own ? instanceId : holder
}

/** Whether another instance takes the place of this one before it goes. */
function isSucceeded({ action, order, live }: ServerOutlook, instanceId: string): boolean {
  if (action === 'keep') return live?.id !== instanceId
  return action === 'replace' && order === 'launch-first'
}

/**
 * How a live address's association ends: undefined where it leads nowhere. It is taken from servers of the stack, and
 * from nobody else. `forServer`: the server that it is to lead to.
 */
export function decideFreeing(
  world: World,
  live: LiveElasticIp,
  servers: ServerOutlooks,
  forServer: Address | undefined,
): Freeing | Refuse | Leave | undefined {
  const { address, publicIp, association } = live
  if (!association) return undefined
  const { instanceId } = association
  const ending = instanceId === undefined ? undefined : world.live.endingServers.get(instanceId)
  if (instanceId !== undefined && ending !== undefined) return { server: ending, instanceId, when: 'at-once' }
  const holder = instanceId === undefined ? undefined : world.live.serversById.get(instanceId)
  if (instanceId === undefined || !holder) {
    const message = `${address} (${publicIp}) leads to ${holderOf(world, live)}, which is not of this stack`
    return refuseAlone(address, 'PLAN_FOREIGN_ASSOCIATION', message, 'disassociate it there first')
  }
  const outlook = servers.get(holder.address)
  if (!outlook) return leave(address, notPlannable(holder.address))
  return { server: holder.address, instanceId, when: freedWhen(outlook, instanceId, forServer) }
}

/** What goes last may wait for the very server that is entered at the address: that gets it before. */
function freedWhen(holder: ServerOutlook, instanceId: string, forServer: Address | undefined): Freeing['when'] {
  const stays = holder.action === 'keep' && holder.live?.id === instanceId
  if (stays) return 'at-once'
  if (!isSucceeded(holder, instanceId) || forServer === undefined) return 'after-server'
  return holder.address === forServer ? 'handed-over' : 'at-once'
}

/** The elastic address of somebody else that a server has which stays: ours would push it off. */
export function foreignAddressOf({ live }: World, server: ServerOutlook): string | undefined {
  const worn = server.action === 'keep' ? server.live?.elasticIp : undefined
  const isOurs = worn !== undefined && live.publicIps.has(worn)
  return isOurs ? undefined : worn
}

export function notPlannable(server: Address): string {
  return `${server} cannot be planned`
}
