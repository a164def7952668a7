import type { Address } from '../../../model/address.js'
import type { HostFacts } from '../../../model/inside/host-facts.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import { canBeStopped } from '../../../model/launch/spot.js'
import type { World } from '../../world.js'
import { leave, refuse, refuseAlone, type Leave, type Refuse } from '../decided.js'
import type { ServerOutlooks } from '../servers/server-outlook.js'
import type { Release } from './volume-decision.js'

/** Whether a volume is attached, for planning: one that is on its way off counts as free. */
export function isAttached(
  volume: LiveVolume,
): volume is LiveVolume & { attachment: NonNullable<LiveVolume['attachment']> } {
  return volume.attachment !== undefined && volume.attachment.state !== 'detaching'
}

/** The instance of this stack that has a volume. */
export interface Holder {
  readonly address: Address
  readonly instanceId: string
  /** Whether the instance stays, with its address. */
  readonly stays: boolean
  readonly facts: HostFacts
  readonly runsNow: boolean
  readonly runsAfter: boolean
  /** Whether EC2 stops it at all. */
  readonly canStop: boolean
}

/** The instance of this stack that a volume is attached to; undefined when it is free. One on an instance that is not ours is left alone. */
export function holderOf(
  world: World,
  servers: ServerOutlooks,
  address: Address,
  volume: LiveVolume,
): Holder | Refuse | Leave | undefined {
  if (!isAttached(volume)) return undefined
  const { instanceId } = volume.attachment
  const ending = world.live.endingServers.get(instanceId)
  if (ending !== undefined) return endingHolder(ending, instanceId)
  const server = world.live.serversById.get(instanceId)
  const outlook = server && servers.get(server.address)
  if (server && !outlook) return leave(address, notPlannable)
  if (outlook?.live?.id === instanceId) {
    const { facts, runsNow, runsAfter, action } = outlook
    const canStop = canBeStopped(outlook.live)
    return { address: outlook.address, instanceId, stays: action === 'keep', facts, runsNow, runsAfter, canStop }
  }
  const leaving = outlook?.handsOver.find(({ live }) => live.id === instanceId)
  if (outlook && leaving) {
    const { facts, runsNow } = leaving
    const canStop = canBeStopped(leaving.live)
    return { address: outlook.address, instanceId, stays: false, facts, runsNow, runsAfter: false, canStop }
  }
  const message = `${address} (${volume.id}) is attached to ${instanceId}, which is not of this stack`
  return refuseAlone(address, 'PLAN_FOREIGN_ATTACHMENT', message, 'detach it there first')
}

/** An instance that is shutting down lets its volumes go by itself: a detachment waits for that. */
function endingHolder(address: Address, instanceId: string): Holder {
  const facts = { kind: 'not-probed', because: 'stopped' } as const
  return { address, instanceId, stays: false, facts, runsNow: false, runsAfter: false, canStop: false }
}

/** A server that stays, runs on and cannot be entered keeps its volumes: it is stopped for their sake only where it goes itself. */
export function heldFast(world: World, address: Address, { id }: LiveVolume, holder: Holder): Refuse | undefined {
  if (wayOff(world, holder) !== 'stop' || (holder.canStop && !(holder.stays && holder.runsAfter))) return undefined
  const leftOut = world.live.stack.hostsLeftOut === true ? world.live.stack.hostsImpossible : undefined
  const why = leftOut ?? (holder.facts.kind === 'unreadable' ? holder.facts.reason : 'nobody has looked')
  const message = `${address} (${id}) cannot be unmounted: ${holder.address} is not entered (${why})`
  if (!holder.canStop) {
    const spotHint =
      'make it reachable; or, where its data are safe on the volume, terminate it in EC2, which leaves a volume whose DeleteOnTermination is off, and apply again'
    return refuse(
      address,
      'PLAN_VOLUME_HELD',
      `${message}, and ${holder.instanceId} is a spot instance that EC2 does not stop`,
      spotHint,
    )
  }
  const hint = `make it reachable, or write \`state: stopped\` for ${holder.address} and apply, which unmounts as cleanly`
  return refuseAlone(address, 'PLAN_VOLUME_HELD', message, hint)
}

/** Why nothing is done with what is all right itself. */
export const notPlannable = 'what it stands on cannot be planned'

/** How a volume leaves the server that has it. */
export function releaseFrom(world: World, volume: LiveVolume, holder: Holder): Release {
  return {
    holder: holder.address,
    instanceId: holder.instanceId,
    how: wayOff(world, holder),
    inner: mountedInside(world, volume, holder),
  }
}

function wayOff(world: World, holder: Holder): Release['how'] {
  if (!holder.runsNow) return 'detach'
  if (world.live.stack.hostsLeftOut === true) return 'stop'
  if (world.live.stack.hostsImpossible !== undefined) return 'detach'
  return canEnter(holder) ? 'unmount' : 'stop'
}

/** A server that goes and was not probed is stopped to be sure; one that stays is entered unless the probe failed. */
function canEnter({ facts, stays }: Holder): boolean {
  if (facts.kind === 'read') return true
  return facts.kind === 'not-probed' && stays
}

/** The volumes that are mounted below this one. */
export function mountedInside(world: World, volume: LiveVolume, { facts }: Pick<Holder, 'facts'>): readonly Address[] {
  if (facts.kind !== 'read') return []
  const outer = facts.mounts.filter(({ volumeId }) => volumeId === volume.id).map(({ path }) => `${path}/`)
  if (outer.length === 0) return []
  const inner = facts.mounts.filter(
    ({ volumeId, path }) => volumeId !== volume.id && outer.some((prefix) => path.startsWith(prefix)),
  )
  return inner.flatMap(({ volumeId }) => world.live.volumesById.get(volumeId)?.address ?? [])
}
