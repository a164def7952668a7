import type { Address } from '../model/address.js'
import { connectionNow, stopNow } from './connection.js'
import type { LiveVolume } from '../model/live-stack.js'
import { leaveAlone, type Planning } from './planning.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './graph/step-graph.js'
import type { StepId } from '../model/step.js'

/** Whether a volume is attached, for planning: one that is on its way off counts as free. */
export function isAttached(
  volume: LiveVolume,
): volume is LiveVolume & { attachment: NonNullable<LiveVolume['attachment']> } {
  return volume.attachment !== undefined && volume.attachment.state !== 'detaching'
}

/**
 * The server of this stack that a volume is attached to; undefined when it is free. A volume on an instance that is not
 * ours is an error, and undefined too.
 */
export function holderOf(planning: Planning, address: Address, volume: LiveVolume): ServerFate | undefined {
  if (!isAttached(volume)) return undefined
  const { instanceId } = volume.attachment
  const server = planning.live.serversById.get(instanceId)
  const fate = server && planning.fates.get(server.address)
  if (fate?.live?.id === instanceId) return fate
  if (server && planning.blocked.has(server.address)) {
    planning.blocked.add(address)
    return undefined
  }
  const message = `${address} (${volume.id}) is attached to ${instanceId}, which is not of this stack`
  leaveAlone(planning, address, 'PLAN_FOREIGN_ATTACHMENT', message, 'detach it there first')
  return undefined
}

/**
 * Plans the way of a volume off its server: unmount and detach; where the server's inside cannot be reached, the server
 * is stopped first, which unmounts as cleanly. Returns the detach step.
 */
export function release(planning: Planning, address: Address, volume: LiveVolume, holder: ServerFate): StepId {
  const { steps } = planning
  const instanceId = holder.live?.id ?? ''
  const needs: StepId[] = []
  if (holder.runsNow && planning.live.stack.hostsImpossible === undefined) {
    if (canEnter(holder)) needs.push(unmount(planning, address, volume, holder))
    else holder.stopsForRelease = true
  }
  if (holder.stopsForRelease) needs.push(stopNow(holder))
  const detach = steps.add('detach-volume', address, { volumeId: volume.id, instanceId }, { needs, impact: 'downtime' })
  holder.releases.push(detach)
  return detach
}

/** Plans taking the volume's line out of fstab and unmounting it where it is mounted now, after whatever is mounted inside it. */
export function unmount(planning: Planning, address: Address, volume: LiveVolume, holder: ServerFate): StepId {
  const step = planning.steps.add(
    'unmount-volume',
    address,
    { volumeId: volume.id, server: holder.address },
    { needs: [connectionNow(holder), ...innerUnmounts(planning, volume, holder)], impact: 'downtime' },
  )
  holder.unmounts.push(step)
  return step
}

/** The unmounts of volumes that are mounted below this one. */
function innerUnmounts(planning: Planning, volume: LiveVolume, { facts }: ServerFate): readonly StepId[] {
  if (facts.kind !== 'read') return []
  const outer = facts.mounts.filter(({ volumeId }) => volumeId === volume.id).map(({ path }) => `${path}/`)
  const inner = facts.mounts.filter(
    ({ volumeId, path }) => volumeId !== volume.id && outer.some((prefix) => path.startsWith(prefix)),
  )
  return inner.flatMap(({ volumeId }) => {
    const address = planning.live.volumesById.get(volumeId)?.address
    return address === undefined ? [] : [stepId('unmount-volume', address)]
  })
}

/** A server that goes and was not probed is stopped to be sure; one that stays is entered unless the probe failed. */
function canEnter(holder: ServerFate): boolean {
  if (holder.facts.kind === 'read') return true
  return holder.facts.kind === 'not-probed' && holder.action === 'keep'
}
