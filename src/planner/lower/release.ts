import type { Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Release } from '../decide/volumes/volume-decision.js'
import { endOf, endSuffix, isSucceeded, stopNow, successorReady } from './connection.js'
import type { Lowering } from './lowering.js'

/** Takes a volume off the server that has it; returns the detach step. */
export function addRelease(lowering: Lowering, address: Address, volumeId: string, release: Release): StepId {
  const { holder, instanceId, how } = release
  const ready = holderLeft(lowering, address, release)
  const needs = [
    ...ready,
    ...(how === 'unmount' ? [addReleasingUnmount(lowering, address, volumeId, release, ready)] : []),
    ...(how === 'stop' || endOf(lowering, holder, instanceId)?.stopsForRelease === true
      ? [stopNow(lowering, holder, instanceId)]
      : []),
  ]
  return lowering.graph.add('detach-volume', address, { volumeId, instanceId }, { needs, impact: 'downtime' })
}

/** What stays with its server is taken from the old instance only when the new one is ready, and the old one out of service; what goes elsewhere need not wait. */
function holderLeft(lowering: Lowering, address: Address, { holder, instanceId }: Release): readonly StepId[] {
  if (endOf(lowering, holder, instanceId) === undefined) return []
  const spec = lowering.world.volumes.get(address)
  const stays = spec === undefined || spec.server === holder
  if (!stays) return []
  const ready = isSucceeded(lowering, holder, instanceId) ? successorReady(lowering, holder) : []
  return [...ready, ...lowering.service.left(holder, instanceId)]
}

/** An instance that goes was looked into a moment ago: nothing is waited for there, not even its first boot. */
function addReleasingUnmount(
  lowering: Lowering,
  address: Address,
  volumeId: string,
  { holder, instanceId, inner }: Release,
  ready: readonly StepId[],
): StepId {
  const goes = endOf(lowering, holder, instanceId) !== undefined
  if (!goes) return addUnmount(lowering, address, volumeId, holder, inner)
  const { suffix } = endSuffix(lowering, holder, instanceId)
  const fields = { volumeId, server: holder, ...(suffix !== undefined && { instanceId }) }
  const needs = [...ready, ...lowering.freed(instanceId), ...unmountsOf(inner)]
  return lowering.graph.add('unmount-volume', address, fields, { needs, impact: 'downtime' })
}

/** Takes the volume's line out of fstab and unmounts it where it is mounted now, after whatever is mounted inside it. */
export function addUnmount(
  lowering: Lowering,
  address: Address,
  volumeId: string,
  server: Address,
  inner: readonly Address[],
): StepId {
  const needs = [stepId('connect-host', server), ...unmountsOf(inner)]
  return lowering.graph.add('unmount-volume', address, { volumeId, server }, { needs, impact: 'downtime' })
}

function unmountsOf(volumes: readonly Address[]): readonly StepId[] {
  return volumes.map((volume) => stepId('unmount-volume', volume))
}
