import type { Address } from '../../model/address.js'
import type { World } from '../world.js'
import { plannedVersions } from './archives/archive-decision.js'
import { decideArchives } from './archives/archive-decisions.js'
import { decideBlocks } from './copies/block-decisions.js'
import { decideClones } from './copies/clone-decisions.js'
import { decideFiles } from './copies/file-decisions.js'
import { volumeCopiesOf } from './copies/volume-copies.js'
import { isHeld, type Decided } from './decided.js'
import type { Decisions } from './decisions.js'
import { decideElasticIps } from './elastic-ips/elastic-ip-decisions.js'
import { decideInterfaces } from './interfaces/interface-decisions.js'
import { decideLoadBalancers } from './load-balancers/load-balancer-decisions.js'
import { decideScalingGroups } from './scaling-groups/scaling-group-decisions.js'
import { decideHeld } from './held.js'
import { comingImages } from './images/image-decision.js'
import { decideServersAndImages } from './images/image-decisions.js'
import { decideKeyPairs } from './keys/key-pair-decisions.js'
import { decideNetworks } from './networks/network-decisions.js'
import { wornByStaying } from './networks/worn-groups.js'
import { decideSecurityGroups } from './network/security-group-decisions.js'
import { decideRolls } from './servers/rolls.js'
import { decidePlacementGroups } from './placement/placement-group-decisions.js'
import { settleServers } from './servers/server-decisions.js'
import { restarts, serverOutlooksOf } from './servers/server-decision.js'
import { decideRegionCopies, withCopies } from './snapshots/region-copies.js'
import { decideSchedules } from './snapshots/schedule-decisions.js'
import { withScheduled, type ScheduledWork } from './snapshots/scheduled-work.js'
import { decideSharing, sharingProblems, withSharing, type SharingWork } from './snapshots/sharing-decisions.js'
import { serversStoppedFor, type VolumeDecision } from './volumes/volume-decision.js'
import { decideVolumes } from './volumes/volume-decisions.js'
import { volumeOutlooksOf } from './volumes/volume-outlook.js'

/**
 * Decides what becomes of every address that the file or the live stack knows. Each kind is decided from the world and
 * from what was decided before it, and nobody changes what another has decided.
 */
export function decide(world: World): Decisions {
  const held = decideHeld(world)
  const out: ReadonlySet<Address> = new Set(held.keys())
  const { servers: own, images } = decideServersAndImages(world, out)
  const { rolls, refusals } = decideRolls(world, own)
  const first = new Map([...own, ...refusals])
  const outlooks = serverOutlooksOf(first.values())
  const networks = decideNetworks(world, first, out)
  const interfaces = decideInterfaces(world, outlooks, out)
  const keyPairs = decideKeyPairs(world, out)
  const securityGroups = decideSecurityGroups(world, out, wornByStaying(world, networks, interfaces))
  const placementGroups = decidePlacementGroups(world, outlooks, out)
  const elasticIps = decideElasticIps(world, outlooks, out)
  const outByNow = heldIn(held, first, keyPairs, networks, securityGroups)
  const ownArchives = decideArchives(world, outByNow)
  const blocks = decideBlocks(world, outlooks, outByNow)
  const clones = decideClones(world, outlooks, outByNow)
  const copies = volumeCopiesOf(blocks.values(), clones.values())
  const versions = plannedVersions(ownArchives.values())
  const ownVolumes = decideVolumes({ world, servers: outlooks, copies, versions }, out)
  const volumeOutlooks = volumeOutlooksOf(ownVolumes.values())
  const schedules = decideSchedules(world, outlooks, volumeOutlooks)
  const sharing = decideSharing(world, volumeOutlooks, schedules)
  const regionCopies = decideRegionCopies(world, { volumes: volumeOutlooks, schedules, archives: ownArchives })
  const volumes = new Map(
    [...ownVolumes].map(([address, volume]) => [
      address,
      withCopies(withSnapshots(world, volume, schedules.get(address), sharing.get(address)), regionCopies.get(address)),
    ]),
  )
  const archives = new Map(
    [...ownArchives].map(([address, archive]) => [address, withCopies(archive, regionCopies.get(address))]),
  )
  const files = decideFiles(world, outlooks, volumeOutlooks, rolls)
  const servers = settleServers(first, serversStoppedFor(ownVolumes.values()))
  const restarted = new Set([...servers.values()].filter(restarts).map(({ address }) => address))
  const loadBalancers = decideLoadBalancers({ world, servers: outlooks, restarted }, outByNow)
  const outAtLast = heldIn(first, images, keyPairs, networks, securityGroups, loadBalancers)
  const withImages = { ...world, comingImages: comingImages(images.values()) }
  const scalingGroups = decideScalingGroups(withImages, loadBalancers, new Set([...outByNow, ...outAtLast]))
  return {
    held,
    servers,
    rolls,
    images,
    keyPairs,
    networks,
    securityGroups,
    placementGroups,
    elasticIps,
    interfaces,
    loadBalancers,
    scalingGroups,
    archives,
    blocks,
    clones,
    copies,
    volumes,
    schedules,
    sharing,
    regionCopies,
    files,
  }
}

/** A volume's decision, with what its snapshots add to the change. */
function withSnapshots(
  world: World,
  decision: VolumeDecision,
  work: ScheduledWork | undefined,
  sharing: SharingWork | undefined,
): VolumeDecision {
  const problems = sharingProblems(world, decision.address)
  if (!work && !sharing && problems.length === 0) return decision
  return {
    ...decision,
    change: withScheduled(withSharing(decision.change, sharing), work),
    problems: [...decision.problems, ...problems],
  }
}

/** The addresses that are out of the plan by these decisions. */
function heldIn(...decided: readonly ReadonlyMap<Address, Decided>[]): ReadonlySet<Address> {
  const held = new Set<Address>()
  for (const decisions of decided) {
    for (const decision of decisions.values()) if (isHeld(decision)) held.add(decision.address)
  }
  return held
}
