import type { Address } from '../../../model/address.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import type { LiveTargetGroup, LoadBalancerSpec } from '../../../model/kinds/load-balancer.js'
import { causeOf, itemChanges } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import type { Deregistration } from './load-balancer-decision.js'

/** What a decision looks at. */
export interface Asked {
  readonly world: World
  readonly servers: ServerOutlooks
  /** Servers that stop in the plan and start again. */
  readonly restarted: ReadonlySet<Address>
}

export interface Targets {
  readonly members: readonly Address[]
  readonly registers: readonly Address[]
  readonly deregisters: readonly Deregistration[]
}

/** A server that keeps its instance stays registered; one that is restarted leaves meanwhile; what the file does not name leaves for good. */
export function targetsOf(
  { world, servers, restarted }: Asked,
  spec: LoadBalancerSpec,
  group: LiveTargetGroup | undefined,
): Targets {
  const members = spec.targets.servers.filter((server) => servers.get(server)?.runsAfter === true)
  const present = group?.targets ?? []
  const isRegistered = (server: Address) => {
    const outlook = servers.get(server)
    const id = outlook?.action === 'keep' ? outlook.live?.id : undefined
    return (
      !restarted.has(server) && present.some(({ instanceId, port }) => instanceId === id && port === spec.targets.port)
    )
  }
  const stays = new Set(
    spec.targets.servers.flatMap((server) => {
      const outlook = servers.get(server)
      // Of a server that is out of the plan nothing is taken away.
      const id = outlook === undefined ? world.live.servers.get(server)?.id : outlook.live?.id
      const isKept = outlook === undefined || (members.includes(server) && isRegistered(server))
      return isKept && id !== undefined ? [id] : []
    }),
  )
  const leaving = group ? [...new Set(present.map(({ instanceId }) => instanceId))].filter((id) => !stays.has(id)) : []
  return {
    members,
    registers: members.filter((server) => !isRegistered(server)),
    deregisters: leaving.map((instanceId) => ({
      targetGroupId: group?.id ?? '',
      instanceId,
      server: world.live.serversById.get(instanceId)?.address,
    })),
  }
}

/** An instance that leaves is called by its id, a server that comes by its address. */
export function targetDiffs(
  world: World,
  { targets }: LoadBalancerSpec,
  applied: AppliedRecord | undefined,
  { members, registers, deregisters }: Targets,
): readonly Diff<'loadBalancer'>[] {
  if (registers.length + deregisters.length === 0) return []
  const stay = members.filter((server) => !registers.includes(server))
  const before = [...stay, ...deregisters.map(({ instanceId }) => instanceId)]
  const after = [...stay, ...registers]
  const cause = causeOf(world.digest, applied, 'servers', targets.servers)
  return [{ path: 'targets.servers', before, after, cause, items: itemChanges(before, after) }]
}
