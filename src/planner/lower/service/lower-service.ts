import type { ServerSpec } from '../../../model/kinds/server.js'
import type { StepId } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import { tagKeys } from '../../../model/tags.js'
import { comesBack, isSeen } from '../../decide/servers/rolls.js'
import { isPlanned } from '../../decide/servers/server-decisions.js'
import type { Lowering } from '../lowering.js'
import { copiesOnto } from './copies-onto.js'
import { readySteps, referencedSteps } from '../readiness.js'
import { settled } from '../volumes.js'
import { inService, leavesService, waitsOfRolls } from './service.js'

/**
 * What members of counts that roll have done for them beside their changes: a note on an instance before it leaves service, which
 * a run that is killed leaves for the next; the question whether the member serves; and the end of the note.
 */
export function lowerService(lowering: Lowering): void {
  const { graph, decisions, service, world } = lowering
  const waits = waitsOfRolls(decisions)
  const copies = copiesOnto(lowering)
  const later = comingLater(lowering)
  for (const decision of decisions.servers.values()) {
    if (!isPlanned(decision) || !comesBack(decision)) continue
    const { address, outlook } = decision
    const { spec, live } = outlook
    if (spec?.rolling === undefined) continue
    if (live && isSeen(live)) {
      const note = { target: address, resourceId: live.id, tags: { [tagKeys.outOfService]: 'true' }, removeTags: [] }
      graph.add('tag-resource', address, note, { needs: waits.get(address) ?? [], suffix: leavesService })
    }
    const ready = [...arrived(lowering, spec), ...(copies.get(address) ?? [])]
    const { health, timeoutSeconds } = spec.rolling
    if (health) {
      const needs = [...ready, ...referencedSteps([health]).filter((step) => !later.has(step))]
      graph.add('check-health', address, { server: address, command: health, timeoutSeconds }, { needs })
      // Where nobody asks, the note stays for a run that does.
      if (world.live.stack.hostsLeftOut === true) continue
    }
    const seen = { target: address, tags: {}, removeTags: [tagKeys.outOfService] }
    const needs = [...service.turn(address), ...ready, ...service.back(address)]
    graph.add('tag-resource', address, seen, { needs, suffix: inService })
  }
}

/** The steps after which a server is as the file says, with all that lies on it. */
function arrived({ world, addressed }: Lowering, { address }: ServerSpec): readonly StepId[] {
  const volumes = world.volumesByServer.get(address) ?? []
  return [
    ...readySteps(world, address),
    ...addressed(address),
    ...volumes.flatMap((volume) => [...settled(volume.address), stepId('verify-volume', volume.address)]),
  ]
}

/** The steps by which members come that are there already: what a health command says of them is true until their turn, and after it. */
function comingLater({ world, decisions }: Lowering): ReadonlySet<StepId> {
  const members = decisions.rolls.flatMap(({ waves }) => waves.flat())
  return new Set(
    members.flatMap((member) =>
      world.live.servers.has(member) ? [stepId('create-server', member), stepId('start-server', member)] : [],
    ),
  )
}
