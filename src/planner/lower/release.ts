import type { Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { Release } from '../decide/volumes/volume-decision.js'
import { connectionNow, stopNow } from './connection.js'
import type { Lowering } from './lowering.js'

/** Takes a volume off the server that has it; returns the detach step. */
export function addRelease(lowering: Lowering, address: Address, volumeId: string, release: Release): StepId {
  const { graph, decisions } = lowering
  const { holder, instanceId, how, inner } = release
  const server = decisions.servers.get(holder)
  const stops = server !== undefined && 'stopsForRelease' in server && server.stopsForRelease
  const needs = [
    ...(how === 'unmount' ? [addUnmount(lowering, address, volumeId, holder, inner)] : []),
    ...(stops ? [stopNow(lowering, holder)] : []),
  ]
  return graph.add('detach-volume', address, { volumeId, instanceId }, { needs, impact: 'downtime' })
}

/** Takes the volume's line out of fstab and unmounts it where it is mounted now, after whatever is mounted inside it. */
export function addUnmount(
  lowering: Lowering,
  address: Address,
  volumeId: string,
  server: Address,
  inner: readonly Address[],
): StepId {
  const needs = [connectionNow(lowering, server), ...inner.map((other) => stepId('unmount-volume', other))]
  return lowering.graph.add('unmount-volume', address, { volumeId, server }, { needs, impact: 'downtime' })
}
