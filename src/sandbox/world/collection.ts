/** Who is told of each change: what there was, and what there is; undefined: nothing. */
export interface Changes {
  note(kind: string, id: string, before: unknown, after: unknown): void
}

/** Records of one kind, in the order of their creation. Records are never changed, only replaced. */
export class Collection<T extends { readonly id: string; readonly sequence: number }> {
  readonly kind: string
  readonly #records = new Map<string, T>()
  /** The key of the one secondary index, e.g. a volume's instance. */
  readonly keyOf: ((record: T) => string | undefined) | undefined
  readonly #changes: Changes
  readonly #byKey = new Map<string, Set<string>>()

  constructor(kind: string, changes: Changes, keyOf?: (record: T) => string | undefined) {
    this.kind = kind
    this.keyOf = keyOf
    this.#changes = changes
  }

  get size(): number {
    return this.#records.size
  }

  get(id: string): T | undefined {
    return this.#records.get(id)
  }

  values(): T[] {
    return [...this.#records.values()]
  }

  find(test: (record: T) => boolean): T | undefined {
    for (const record of this.#records.values()) if (test(record)) return record
    return undefined
  }

  /** The records whose secondary key is `key`, in the order of their creation. */
  withKey(key: string): T[] {
    const ids = this.#byKey.get(key)
    if (!ids) return []
    const found = [...ids].flatMap((id) => this.#records.get(id) ?? [])
    return found.sort((left, right) => left.sequence - right.sequence)
  }

  put(record: T): T {
    const before = this.#records.get(record.id)
    this.restore(record)
    this.#changes.note(this.kind, record.id, before, record)
    return record
  }

  delete(id: string): void {
    const before = this.#records.get(id)
    if (!before) return
    this.forget(id)
    this.#changes.note(this.kind, id, before, undefined)
  }

  /** A put that comes from the journal. */
  restore(record: T): void {
    this.#unindex(record.id)
    this.#records.set(record.id, record)
    const key = this.keyOf?.(record)
    if (key === undefined) return
    const ids = this.#byKey.get(key)
    if (ids) ids.add(record.id)
    else this.#byKey.set(key, new Set([record.id]))
  }

  /** A removal that comes from the journal. */
  forget(id: string): void {
    this.#unindex(id)
    this.#records.delete(id)
  }

  #unindex(id: string): void {
    const before = this.#records.get(id)
    const key = before && this.keyOf?.(before)
    if (key === undefined) return
    const ids = this.#byKey.get(key)
    ids?.delete(id)
    if (ids?.size === 0) this.#byKey.delete(key)
  }
}
