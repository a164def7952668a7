import type { Address } from '../../../model/address.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import { hasInstanceStore } from '../../../model/launch/instance-store.js'
import { mayComeAgain, waitsForRoom } from '../../../model/launch/spot.js'
import { nameTag } from '../../../model/names.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { StepId } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import type { ServerEnd } from '../../decide/servers/server-end.js'
import { endSuffix, isSucceeded, successorReady, terminationOf } from '../connection.js'
import { interfacesReady } from '../interfaces.js'
import type { Lowering } from '../lowering.js'
import { settled } from '../volumes.js'
import { detachments } from './server-ways.js'
import { addCancellation, addClaim } from './spot-requests.js'

/**
 * Ends an instance: its volumes leave it, then it is stopped where its root disk leaves a snapshot, then it is terminated;
 * a protection that nobody asks for any more is lifted before. One whose place another takes goes after all that.
 */
export function lowerEnd(
  lowering: Lowering,
  address: Address,
  { live, stopsForRelease, canStop, rootSnapshot }: ServerEnd,
  behind: readonly StepId[],
): void {
  const { graph } = lowering
  const suffix = endSuffix(lowering, address, live.id)
  const taken = isSucceeded(lowering, address, live.id) ? takenOver(lowering, address) : []
  const freed = detachments(lowering.leaving(live.id).released)
  const left = lowering.service.left(address, live.id)
  const needs: StepId[] = [...taken, ...left, ...freed, ...behind]
  const isLost = rootSnapshot === undefined || hasInstanceStore(live.type)
  if (live.tags[tagKeys.protect] === 'true') {
    needs.push(
      graph.add('modify-server', address, { instanceId: live.id, protect: false }, { ...suffix, needs: taken }),
    )
  }
  const lifted = live.options?.stopProtection === true
  const lifting = lifted ? [addLifting(lowering, address, live, successorFirst(lowering, address, live))] : []
  needs.push(...lifting)
  if (canStop && (stopsForRelease || (rootSnapshot && live.state !== 'stopped'))) {
    const before = stopsForRelease
      ? [...successorFirst(lowering, address, live), ...left, ...behind, ...lifting]
      : [...taken, ...left, ...freed, ...behind, ...lifting]
    const impact = hasInstanceStore(live.type) ? 'data-loss' : 'downtime'
    needs.push(graph.add('stop-server', address, { instanceId: live.id }, { ...suffix, needs: before, impact }))
  }
  if (rootSnapshot) {
    const { volumeId, tags, only } = rootSnapshot
    const description = `${nameTag(lowering.world.live.stack.stack, address)}, root disk of ${live.id}, taken before it ended`
    needs.push(
      graph.add('create-snapshot', address, { volumeId, description, tags, only }, { ...suffix, needs: [...needs] }),
    )
  }
  const termination = terminationOf(lowering, address, live.id) === stepId('terminate-server', address) ? {} : suffix
  const impact = isLost ? 'data-loss' : 'downtime'
  // Else EC2 launches another; an instance that EC2 has stopped ends with its request.
  if (live.spot && mayComeAgain(live.spot)) {
    const claimed = addClaim(lowering, address, live, [...needs])
    needs.push(
      addCancellation(
        lowering,
        address,
        live.spot.requestId,
        live.id,
        [...needs, ...claimed],
        waitsForRoom(live) ? impact : 'none',
      ),
    )
  }
  graph.add('terminate-server', address, { instanceId: live.id }, { ...termination, needs, impact })
}

/** Lifts the protection from being stopped that the file does not ask for any more, before the stop. */
export function addLifting(
  { graph }: Lowering,
  address: Address,
  { id }: LiveServer,
  needs: readonly StepId[],
): StepId {
  const fields = { instanceId: id, options: { stopProtection: false } }
  return graph.add('modify-server', address, fields, { suffix: `${id}-unprotected`, needs })
}

function successorFirst(lowering: Lowering, address: Address, { id }: LiveServer): readonly StepId[] {
  return isSucceeded(lowering, address, id) ? successorReady(lowering, address) : []
}

/** The steps after which nothing is left that only the old instance of a server has. */
function takenOver(lowering: Lowering, address: Address): readonly StepId[] {
  const { world, addressed, service } = lowering
  const volumes = world.volumesByServer.get(address) ?? []
  return [
    ...successorReady(lowering, address),
    ...addressed(address),
    ...service.back(address),
    stepId('connect-host', address),
    stepId('modify-server', address),
    stepId('stop-server', address),
    stepId('run-setup', address),
    stepId('tag-resource', address),
    ...interfacesReady(world, address),
    ...volumes.flatMap((volume) => [
      ...settled(volume.address),
      stepId('verify-volume', volume.address),
      stepId('tag-resource', volume.address),
    ]),
  ]
}
