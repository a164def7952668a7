/** What a reading is for: each may be late by another time. */
export type Purpose = 'describe' | 'mutate' | 'filter'

/** Until when new objects stay invisible to each purpose, by id, oldest first. */
export type Births = Map<string, Readonly<Record<Purpose, number>>>

/** What there was of a record before a change; undefined: nothing, so the change was its birth. */
interface Past {
  readonly changedAtMs: number
  readonly before: unknown
}

/** What records were before they changed, for reads that answer late; no longer than such reads look back. */
export class History {
  readonly #now: () => number
  readonly #keepMs: () => number
  readonly #past = new Map<string, Map<string, Past[]>>()
  /** Changes in the order in which they were noted. */
  #queue: { readonly kind: string; readonly id: string; readonly changedAtMs: number }[] = []

  /** `keepMs` says how far reads may look back; 0: nothing is kept. */
  constructor(now: () => number, keepMs: () => number) {
    this.#now = now
    this.#keepMs = keepMs
  }

  /** Changes that are remembered. */
  get size(): number {
    return this.#queue.length
  }

  note(kind: string, id: string, before: unknown): void {
    const keepMs = this.#keepMs()
    if (keepMs <= 0 && this.#queue.length === 0) return
    const changedAtMs = this.#now()
    this.#forget(changedAtMs, keepMs)
    if (keepMs <= 0) return
    const ofKind = this.#past.get(kind) ?? new Map<string, Past[]>()
    this.#past.set(kind, ofKind)
    const pasts = ofKind.get(id)
    if (pasts) pasts.push({ changedAtMs, before })
    else ofKind.set(id, [{ changedAtMs, before }])
    this.#queue.push({ kind, id, changedAtMs })
  }

  /** Ids of a kind that have changed of late. */
  changed(kind: string): Iterable<string> {
    return this.#past.get(kind)?.keys() ?? []
  }

  hasChanged(kind: string, id: string): boolean {
    return this.#past.get(kind)?.has(id) === true
  }

  /** The record as it was at a time; `present` where it has not changed since. */
  at<T>(kind: string, id: string, present: T | undefined, atMs: number): T | undefined {
    const change = this.#past
      .get(kind)
      ?.get(id)
      ?.find(({ changedAtMs }) => changedAtMs > atMs)
    return change ? (change.before as T | undefined) : present
  }

  /** Whether a record that there is now was not there at a time. */
  wasAbsent(kind: string, id: string, atMs: number): boolean {
    const change = this.#past
      .get(kind)
      ?.get(id)
      ?.find(({ changedAtMs }) => changedAtMs > atMs)
    return change !== undefined && change.before === undefined
  }

  /** All that is too old at once, when the oldest has been so for long: each change is moved once at most. */
  #forget(nowMs: number, keepMs: number): void {
    if ((this.#queue[0]?.changedAtMs ?? Infinity) >= nowMs - 2 * keepMs) return
    const kept = this.#queue.findIndex(({ changedAtMs }) => changedAtMs >= nowMs - keepMs)
    const gone = kept < 0 ? this.#queue.length : kept
    for (const { kind, id } of this.#queue.slice(0, gone)) {
      const ofKind = this.#past.get(kind)
      const pasts = ofKind?.get(id)
      pasts?.shift()
      if (pasts?.length === 0) ofKind?.delete(id)
    }
    this.#queue = this.#queue.slice(gone)
  }
}
