import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** One put of an entity, or its removal (`null`). */
export type Entry = readonly [kind: string, id: string, record: unknown]

/** Below this an old journal is not worth the work. */
const appendedMinimumBytes = 16 * 2 ** 20

/**
 * An append-only file of commits: each line is a JSON array of entries that belong together, so that a crash leaves
 * either all of a commit or none of it. What `commit` has written survives the death of the process.
 */
export class Journal {
  readonly #path: string
  #descriptor: number | undefined
  #pending: Entry[] = []
  #entries: () => Iterable<Entry> = () => []
  #startedBytes = 0
  #appendedBytes = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Calls `visit` with every entry on disk, in order. A torn last line is a commit that never was. */
  replay(visit: (entry: Entry) => void): void {
    if (!existsSync(this.#path)) return
    const text = readFileSync(this.#path, 'utf8')
    const lines = text.split('\n')
    lines.forEach((line, index) => {
      if (line === '') return
      let commit: readonly Entry[]
      try {
        commit = JSON.parse(line) as readonly Entry[]
      } catch (error) {
        if (index >= lines.length - 2) return
        throw new Error(`${this.#path}:${index + 1} is damaged; 'evenkeel sandbox reset' starts afresh`, {
          cause: error,
        })
      }
      for (const entry of commit) visit(entry)
    })
  }

  /**
   * Replaces the file by one that holds `entries` alone, and opens it for appending. When what was appended outgrows
   * that by far, it is done again.
   */
  start(entries: () => Iterable<Entry>): void {
    this.#entries = entries
    mkdirSync(dirname(this.#path), { recursive: true })
    const temporary = `${this.#path}.new`
    const descriptor = openSync(temporary, 'w', 0o600)
    let block = ''
    let size = 0
    for (const entry of entries()) {
      block += `${JSON.stringify([entry])}\n`
      if (block.length > 1 << 20) {
        size += writeAll(descriptor, block)
        block = ''
      }
    }
    size += writeAll(descriptor, block)
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(temporary, this.#path)
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = openSync(this.#path, 'a', 0o600)
    this.#startedBytes = size
    this.#appendedBytes = 0
  }

  /** Notes a change that the next commit will hold. */
  note(entry: Entry): void {
    this.#pending.push(entry)
  }

  /** Writes what was noted as one line; must be called before the change is told to anybody. */
  commit(): void {
    if (this.#pending.length === 0 || this.#descriptor === undefined) return
    const line = `${JSON.stringify(this.#pending)}\n`
    this.#pending = []
    this.#appendedBytes += writeAll(this.#descriptor, line)
    if (this.#appendedBytes > appendedMinimumBytes && this.#appendedBytes > 4 * this.#startedBytes)
      this.start(this.#entries)
  }

  close(): void {
    this.commit()
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

/** Returns the number of bytes. */
function writeAll(descriptor: number, text: string): number {
  const bytes = Buffer.from(text)
  let offset = 0
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset)
  return bytes.length
}
