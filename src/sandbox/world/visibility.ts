import { kindOfId } from '../model/ids.js'
import type { Purpose } from './history.js'
import type { World } from './world.js'

/**
 * Notes the birth of an object: with the fault `visibilityDelayMs` it stays invisible for a while, to each purpose for
 * a time of its own, as EC2 is eventually consistent per object.
 */
export function noteCreation(world: World, ...ids: readonly string[]): void {
  const limits = world.cloud.faults.current.visibilityDelayMs
  const now = world.now()
  for (const [id, until] of world.births) {
    if (Math.max(until.describe, until.mutate, until.filter) > now) break
    world.births.delete(id)
  }
  if (!limits) return
  for (const id of ids) {
    const subject = id.slice(0, id.indexOf('-'))
    const draw = (limit = 0) => now + limit * world.cloud.faults.number('visibility', subject)
    world.births.set(id, {
      describe: draw(limits.describe),
      mutate: draw(limits.mutate),
      filter: draw(limits.filter),
    })
  }
}

/**
 * False while a new object cannot be seen for this purpose yet. What changes an object sees it late as well, with the fault
 * `staleReads`; all else that it sees is true: a write's outcome is never made up.
 */
export function isVisible(world: World, id: string, purpose: Purpose): boolean {
  const until = world.births.get(id)
  if (until !== undefined && until[purpose] > world.now()) return false
  if (purpose !== 'mutate' || world.history.size === 0) return true
  const named = kindOfId(id)
  const kind = named === 'securityGroupRule' ? 'rule' : named
  if (kind === undefined || !world.history.hasChanged(kind, id)) return true
  return !world.history.wasAbsent(kind, id, world.now() - lagOf(world, `mutate ${kind}`, purpose))
}

/** How many milliseconds late the next read about a subject is; 0 for most. */
export function lagOf(world: World, subject: string, purpose: Purpose): number {
  const { staleReads } = world.cloud.faults.current
  const limitMs = staleReads?.[`${purpose}Ms`] ?? 0
  if (!staleReads || limitMs <= 0) return 0
  const drawn = world.cloud.faults.number('staleReads', subject)
  return drawn < staleReads.probability ? (drawn / staleReads.probability) * limitMs : 0
}
