import type { ServerSpec } from '../../../model/kinds/server.js'
import { stepId } from '../../../model/steps/step-id.js'
import type { ConnectHost, StepId } from '../../../model/steps/step.js'
import { isHandedAddress, ownAddress } from '../connection.js'
import { interfacesReady } from '../interfaces.js'
import type { Lowering } from '../lowering.js'
import { referencedSteps } from '../readiness.js'
import { wayIn } from './server-ways.js'

/** A server that gets its address from another instance is entered twice: at its own address, so that it is known to be ready, and at that one. */
export function addConnection(
  lowering: Lowering,
  { address, securityGroups, via }: ServerSpec,
  isUp: readonly StepId[],
  known: Pick<ConnectHost, 'didNotAnswer' | 'showsNoHostKey' | 'tags'> = {},
): void {
  const { graph, addressed } = lowering
  const doors = securityGroups.map((group) => stepId('authorize-ingress', group))
  const way = via === undefined ? [] : [...wayIn(via), ...addressed(via)]
  const needs = [stepId('create-server', address), ...isUp, ...doors, ...way]
  if (isHandedAddress(lowering, address)) graph.add('connect-host', address, known, { needs, suffix: ownAddress })
  graph.add('connect-host', address, known, { needs: [...needs, ...addressed(address)] })
}

/** Set-up commands may count on the mounts of the server's own volumes. */
export function addSetup({ graph, world }: Lowering, { address, setup }: ServerSpec): void {
  const mounts = (world.volumesByServer.get(address) ?? []).map((volume) => stepId('mount-volume', volume.address))
  const needs = [
    stepId('connect-host', address),
    ...mounts,
    ...interfacesReady(world, address),
    ...referencedSteps(setup),
  ]
  graph.add('run-setup', address, { commands: setup }, { needs })
}
