import { Collection } from './collection.js'
import type { History, Purpose } from './history.js'
import { TagTable } from './tag-table.js'
import { lagOf } from './visibility.js'
import type { World } from './world.js'

/** The record of a kind and id as a read sees it, given the one that there is now. */
type Look = <T>(kind: string, id: string, present: T | undefined) => T | undefined

/**
 * The world as one read shows it, with the fault `staleReads`: each record, and each record's tags, as they were up to so
 * many milliseconds ago, deletions and births included. Within one answer a record is the same everywhere; between records
 * and between answers nothing is promised, as by EC2, so a change that one read showed may be missing in the next.
 */
export function staleView(world: World, action: string, purpose: Purpose): World {
  const { history } = world
  if (history.size === 0) return world
  const nowMs = world.now()
  const seenAtMs = new Map<string, number>()
  const look: Look = (kind, id, present) => {
    if (!history.hasChanged(kind, id)) return present
    const key = `${kind} ${id}`
    let atMs = seenAtMs.get(key)
    if (atMs === undefined) {
      atMs = nowMs - lagOf(world, `${action} ${kind}`, purpose)
      seenAtMs.set(key, atMs)
    }
    return history.at(kind, id, present, atMs)
  }
  const members: PropertyDescriptorMap = { tags: { value: new PastTags(world.tags, history, look) } }
  for (const [name, value] of Object.entries(world)) {
    if (value instanceof Collection) members[name] = { value: new PastCollection(value, history, look) }
  }
  // All that is no record, e.g. the region and the clock, is the world's own.
  return Object.create(world, members) as World
}

class PastCollection<T extends { readonly id: string; readonly sequence: number }> extends Collection<T> {
  readonly #present: Collection<T>
  readonly #history: History
  readonly #look: Look

  constructor(present: Collection<T>, history: History, look: Look) {
    super(present.kind, readsOnly, present.keyOf)
    this.#present = present
    this.#history = history
    this.#look = look
  }

  override get size(): number {
    return this.values().length
  }

  override get(id: string): T | undefined {
    return this.#look(this.kind, id, this.#present.get(id))
  }

  override values(): T[] {
    const ids = new Set(this.#present.values().map(({ id }) => id))
    for (const id of this.#history.changed(this.kind)) ids.add(id)
    return this.#records(ids)
  }

  override find(test: (record: T) => boolean): T | undefined {
    return this.values().find(test)
  }

  override withKey(key: string): T[] {
    const ids = new Set(this.#present.withKey(key).map(({ id }) => id))
    for (const id of this.#history.changed(this.kind)) ids.add(id)
    return this.#records(ids).filter((record) => this.keyOf?.(record) === key)
  }

  #records(ids: ReadonlySet<string>): T[] {
    return [...ids].flatMap((id) => this.get(id) ?? []).sort((left, right) => left.sequence - right.sequence)
  }
}

class PastTags extends TagTable {
  readonly #present: TagTable
  readonly #history: History
  readonly #look: Look

  constructor(present: TagTable, history: History, look: Look) {
    super(readsOnly)
    this.#present = present
    this.#history = history
    this.#look = look
  }

  override get(id: string): Readonly<Record<string, string>> {
    return this.#look(this.kind, id, this.#present.get(id)) ?? super.get(id)
  }

  override *entries(): IterableIterator<[string, Readonly<Record<string, string>>]> {
    const ids = new Set([...this.#present.entries()].map(([id]) => id))
    for (const id of this.#history.changed(this.kind)) ids.add(id)
    for (const id of ids) {
      const tags = this.get(id)
      if (Object.keys(tags).length > 0) yield [id, tags]
    }
  }

  override idsWith(key: string, value: string): ReadonlySet<string> {
    const ids = new Set(this.#present.idsWith(key, value))
    for (const id of this.#history.changed(this.kind)) ids.add(id)
    return new Set([...ids].filter((id) => this.get(id)[key] === value))
  }
}

const readsOnly = {
  note: () => {
    throw new Error('a read changes nothing')
  },
}
