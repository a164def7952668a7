import type { Address } from '../../model/address.js'
import type { Plan } from '../../model/plan.js'
import type { Step } from '../../model/steps/step.js'
import type { Decisions } from '../decide/decisions.js'
import { StepGraph } from '../graph/step-graph.js'
import type { World } from '../world.js'
import { lowerArchives } from './archives.js'
import { copiesOfVolume, lowerBlocks } from './copies/blocks.js'
import { lowerClones } from './copies/clones.js'
import { lowerFiles } from './copies/files.js'
import { addressSteps, lowerElasticIps } from './elastic-ips.js'
import { lowerInterfaces } from './interfaces.js'
import { lowerImages, settleResting } from './images.js'
import { lowerKeyPairs } from './key-pairs.js'
import { volumesLeaving } from './leaving.js'
import { lowerLoadBalancers } from './load-balancers.js'
import { lowerScalingGroups } from './scaling/scaling-groups.js'
import { balancedServers } from './service/balanced-servers.js'
import type { Lowering } from './lowering.js'
import { lowerNetworks } from './networks.js'
import { lowerPlacementGroups } from './placement-groups.js'
import { lowerSecurityGroups } from './security-groups.js'
import { lowerServers } from './servers/lower-servers.js'
import { lowerService } from './service/lower-service.js'
import { serviceSteps } from './service/service.js'
import { lowerRegionCopies } from './snapshots/lower-region-copies.js'
import { lowerSchedules } from './snapshots/lower-snapshots.js'
import { lowerVolumes } from './volumes.js'

/**
 * Turns decisions into steps, in a stable order that respects every need; `groupOf` says with which address a step
 * stands in reports. Servers come last: a server is entered where a step of another subject acts inside it.
 */
export function lower(
  world: World,
  decisions: Decisions,
  groupOf: (step: Step) => Address,
): Pick<Plan, 'steps' | 'impossible'> {
  const graph = new StepGraph()
  const leaving = volumesLeaving(decisions)
  const resting = (volume: Address) => copiesOfVolume(decisions.copies, volume)
  const lowering: Lowering = {
    world,
    decisions,
    graph,
    resting,
    ...addressSteps(decisions.elasticIps.values()),
    leaving,
    service: serviceSteps(decisions, leaving, balancedServers(decisions)),
  }
  lowerKeyPairs(lowering)
  lowerNetworks(lowering)
  lowerSecurityGroups(lowering)
  lowerPlacementGroups(lowering)
  lowerInterfaces(lowering)
  lowerElasticIps(lowering)
  lowerImages(lowering)
  lowerArchives(lowering)
  lowerBlocks(lowering)
  lowerClones(lowering)
  lowerVolumes(lowering)
  lowerSchedules(lowering)
  lowerRegionCopies(lowering)
  lowerFiles(lowering)
  lowerScalingGroups(lowering)
  lowerLoadBalancers(lowering)
  lowerService(lowering)
  lowerServers(lowering, graph.serversEntered())
  settleResting(lowering)
  return graph.finish(groupOf, world.live.stack.hostsImpossible)
}
