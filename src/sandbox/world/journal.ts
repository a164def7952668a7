import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** One put of an entity, or its removal (`null`). */
export type Entry = readonly [kind: string, id: string, record: unknown]

/**
 * An append-only file of commits: each line is a JSON array of entries that belong together, so that a crash leaves
 * either all of a commit or none of it. What `commit` has written survives the death of the process.
 */
export class Journal {
  readonly #path: string
  #descriptor: number | undefined
  #pending: Entry[] = []

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

  /** Replaces the file by one that holds `entries` alone, and opens it for appending. */
  start(entries: Iterable<Entry>): void {
    mkdirSync(dirname(this.#path), { recursive: true })
    const temporary = `${this.#path}.new`
    const descriptor = openSync(temporary, 'w', 0o600)
    let block = ''
    for (const entry of entries) {
      block += `${JSON.stringify([entry])}\n`
      if (block.length > 1 << 20) {
        writeAll(descriptor, block)
        block = ''
      }
    }
    writeAll(descriptor, block)
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(temporary, this.#path)
    this.#descriptor = openSync(this.#path, 'a', 0o600)
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
    writeAll(this.#descriptor, line)
  }

  close(): void {
    this.commit()
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  let offset = 0
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset)
}
