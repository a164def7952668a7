import type { Clock } from '../../../core/clock.js'
import { inWorkScope, workScope, type WorkScope } from '../../../core/work-scope.js'

/** So many things at most are asked for together; EC2 takes 1,000 ids in most calls, and 200 values in a filter. */
const togetherMax = 200

export interface GatheringOptions<Item, Result> {
  readonly clock: Clock
  /** So long is waited for others who want the same: what becomes ready together asks within the same moment. */
  readonly windowMs: number
  /** Does it for all; a promise for each, in the same order. */
  readonly perform: (items: readonly Item[]) => readonly Promise<Result>[]
}

interface Group<Item, Result> {
  readonly key: string
  readonly scope: WorkScope
  /** The greatest of those who ask. */
  urgency: number
  readonly items: Item[]
  readonly results: Promise<readonly Promise<Result>[]>
  readonly close: () => void
}

/**
 * Gathers what is asked for at about the same time with the same key, and does it together. What can be interrupted and
 * what cannot (a clean-up) goes apart, and so does what has its place and what has yet to get one.
 */
export function createGathering<Item, Result>({ clock, windowMs, perform }: GatheringOptions<Item, Result>) {
  const open = new Set<Group<Item, Result>>()

  function openGroup(key: string, scope: WorkScope): Group<Item, Result> {
    const items: Item[] = []
    const full = new AbortController()
    const close = () => void open.delete(group)
    const results = clock
      .sleep(windowMs, full.signal)
      .catch(() => undefined)
      .then(() => {
        close()
        return inWorkScope({ urgency: group.urgency }, async () => perform(items))
      })
    const group: Group<Item, Result> = { key, scope, urgency: 0, items, results, close: () => full.abort() }
    open.add(group)
    return group
  }

  return async (key: string, item: Item): Promise<Result> => {
    const scope = workScope()
    const known = [...open].find((group) => group.key === key && isAlike(group.scope, scope))
    const group = known ?? openGroup(key, scope)
    group.urgency = Math.max(group.urgency, scope.urgency)
    const place = group.items.push(item) - 1
    if (group.items.length >= togetherMax) {
      open.delete(group)
      group.close()
    }
    const result = (await group.results)[place]
    // `perform` answers for each.
    return result as Promise<Result>
  }
}

function isAlike(left: WorkScope, right: WorkScope): boolean {
  return left.signal === right.signal && left.hasPlace === right.hasPlace
}
