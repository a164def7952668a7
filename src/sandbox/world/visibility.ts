import type { World } from './world.js'

export type Purpose = 'describe' | 'mutate' | 'filter'

const delays = new WeakMap<World, Map<string, Readonly<Record<Purpose, number>>>>()

/**
 * Notes the birth of an object: with the fault `visibilityDelayMs` it stays invisible for a while, to each purpose for
 * a time of its own, as EC2 is eventually consistent per object.
 */
export function noteCreation(world: World, ...ids: readonly string[]): void {
  const limits = world.cloud.faults.current.visibilityDelayMs
  if (!limits) return
  const until = delays.get(world) ?? new Map()
  delays.set(world, until)
  const now = world.now()
  for (const id of ids) {
    const subject = id.slice(0, id.indexOf('-'))
    const draw = (limit = 0) => now + limit * world.cloud.faults.number('visibility', subject)
    until.set(id, { describe: draw(limits.describe), mutate: draw(limits.mutate), filter: draw(limits.filter) })
  }
}

/** False while a new object cannot be seen for this purpose yet. */
export function isVisible(world: World, id: string, purpose: Purpose): boolean {
  const until = delays.get(world)?.get(id)
  return until === undefined || until[purpose] <= world.now()
}
