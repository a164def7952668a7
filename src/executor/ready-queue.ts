import TinyQueue from 'tinyqueue'

/** What may start: the larger `urgency` first, then the smaller `index`. */
export interface Candidate {
  readonly urgency: number
  readonly index: number
  /** The server in which it has to be the only one of its sort; undefined where it does not matter. */
  readonly server: string | undefined
}

function compareUrgency(left: Candidate, right: Candidate): number {
  return right.urgency - left.urgency || left.index - right.index
}

/**
 * Candidates by urgency. Those of an occupied server stand aside until it is free again, so that a thousand steps that wait
 * for one server are not looked at each time when something else is to start.
 */
export class ReadyQueue<Item extends Candidate> {
  #free = new TinyQueue<Item>([], compareUrgency)
  readonly #aside = new Map<string, TinyQueue<Item>>()

  add(item: Item): void {
    this.#free.push(item)
  }

  /** The most urgent of those whose server is not occupied; it stays in the queue. */
  first(occupied: ReadonlySet<string>): Item | undefined {
    for (let item = this.#free.peek(); item !== undefined; item = this.#free.peek()) {
      if (item.server === undefined || !occupied.has(item.server)) return item
      this.#free.pop()
      this.#asideFor(item.server).push(item)
    }
    return undefined
  }

  /** Takes out what `first` has just returned. */
  takeFirst(): void {
    this.#free.pop()
  }

  /** A server is free: the most urgent of those that waited for it comes back, and the others wait for that one. */
  release(server: string): void {
    const item = this.#aside.get(server)?.pop()
    if (item) this.#free.push(item)
  }

  /** Drops all but those. */
  keep(predicate: (item: Item) => boolean): void {
    const all = [this.#free, ...this.#aside.values()].flatMap(({ data }) => data)
    this.#free = new TinyQueue(all.filter(predicate), compareUrgency)
    this.#aside.clear()
  }

  #asideFor(server: string): TinyQueue<Item> {
    let queue = this.#aside.get(server)
    if (!queue) {
      queue = new TinyQueue<Item>([], compareUrgency)
      this.#aside.set(server, queue)
    }
    return queue
  }
}
