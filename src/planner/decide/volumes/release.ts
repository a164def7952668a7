import type { Address } from '../../../model/address.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { World } from '../../world.js'
import { leave, refuseAlone, type Leave, type Refuse } from '../decided.js'
import type { ServerOutlook, ServerOutlooks } from '../servers/server-outlook.js'
import type { Release } from './volume-decision.js'

/** Whether a volume is attached, for planning: one that is on its way off counts as free. */
export function isAttached(
  volume: LiveVolume,
): volume is LiveVolume & { attachment: NonNullable<LiveVolume['attachment']> } {
  return volume.attachment !== undefined && volume.attachment.state !== 'detaching'
}

/** The server of this stack that a volume is attached to; undefined when it is free. One on an instance that is not ours is left alone. */
export function holderOf(
  world: World,
  servers: ServerOutlooks,
  address: Address,
  volume: LiveVolume,
): ServerOutlook | Refuse | Leave | undefined {
  if (!isAttached(volume)) return undefined
  const { instanceId } = volume.attachment
  const server = world.live.serversById.get(instanceId)
  const outlook = server && servers.get(server.address)
  if (outlook?.live?.id === instanceId) return outlook
  if (server && !outlook) return leave(address, notPlannable)
  const message = `${address} (${volume.id}) is attached to ${instanceId}, which is not of this stack`
  return refuseAlone(address, 'PLAN_FOREIGN_ATTACHMENT', message, 'detach it there first')
}

/** Why nothing is done with what is all right itself. */
export const notPlannable = 'what it stands on cannot be planned'

/** How a volume leaves the server that has it. */
export function releaseFrom(world: World, volume: LiveVolume, holder: ServerOutlook): Release {
  return {
    holder: holder.address,
    instanceId: holder.live?.id ?? '',
    how: wayOff(world, holder),
    inner: mountedInside(world, volume, holder),
  }
}

function wayOff(world: World, holder: ServerOutlook): Release['how'] {
  if (!holder.runsNow) return 'detach'
  if (world.live.stack.hostsLeftOut === true) return 'stop'
  if (world.live.stack.hostsImpossible !== undefined) return 'detach'
  return canEnter(holder) ? 'unmount' : 'stop'
}

/** A server that goes and was not probed is stopped to be sure; one that stays is entered unless the probe failed. */
function canEnter({ facts, action }: ServerOutlook): boolean {
  if (facts.kind === 'read') return true
  return facts.kind === 'not-probed' && action === 'keep'
}

/** The volumes that are mounted below this one. */
export function mountedInside(world: World, volume: LiveVolume, { facts }: ServerOutlook): readonly Address[] {
  if (facts.kind !== 'read') return []
  const outer = facts.mounts.filter(({ volumeId }) => volumeId === volume.id).map(({ path }) => `${path}/`)
  if (outer.length === 0) return []
  const inner = facts.mounts.filter(
    ({ volumeId, path }) => volumeId !== volume.id && outer.some((prefix) => path.startsWith(prefix)),
  )
  return inner.flatMap(({ volumeId }) => world.live.volumesById.get(volumeId)?.address ?? [])
}
