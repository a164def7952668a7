import { noTags, type Tags } from '../model/tags.js'
import type { Changes } from './collection.js'

const kind = 'tags'

/** The tags of all resources, with an index from a tag to the resources that carry it. */
export class TagTable {
  readonly kind = kind
  readonly #changes: Changes
  readonly #tags = new Map<string, Tags>()
  readonly #resources = new Map<string, Set<string>>()

  constructor(changes: Changes) {
    this.#changes = changes
  }

  get(id: string): Tags {
    return this.#tags.get(id) ?? noTags
  }

  entries(): IterableIterator<[string, Tags]> {
    return this.#tags.entries()
  }

  /** Ids of the resources that carry exactly this tag. */
  idsWith(key: string, value: string): ReadonlySet<string> {
    return this.#resources.get(indexKey(key, value)) ?? none
  }

  put(id: string, tags: Tags): void {
    if (Object.keys(tags).length === 0) return this.delete(id)
    const before = this.#tags.get(id)
    this.restore(id, tags)
    this.#changes.note(kind, id, before, tags)
  }

  delete(id: string): void {
    const before = this.#tags.get(id)
    if (!before) return
    this.forget(id)
    this.#changes.note(kind, id, before, undefined)
  }

  restore(id: string, tags: Tags): void {
    this.forget(id)
    this.#tags.set(id, tags)
    for (const [key, value] of Object.entries(tags)) {
      const indexed = indexKey(key, value)
      const ids = this.#resources.get(indexed)
      if (ids) ids.add(id)
      else this.#resources.set(indexed, new Set([id]))
    }
  }

  forget(id: string): void {
    for (const [key, value] of Object.entries(this.get(id))) {
      const indexed = indexKey(key, value)
      const ids = this.#resources.get(indexed)
      ids?.delete(id)
      if (ids?.size === 0) this.#resources.delete(indexed)
    }
    this.#tags.delete(id)
  }
}

const none: ReadonlySet<string> = new Set()

function indexKey(key: string, value: string): string {
  return `${key}\0${value}`
}
