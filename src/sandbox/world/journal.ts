import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** One put of an entity, or its removal (`null`). */
export type Entry = readonly [kind: string, id: string, record: unknown]

/** How long a full disk is left alone before the next attempt; chosen. */
const retryMs = 1_000

/** Below this an old journal is not worth the work. */
const appendedMinimumBytes = 16 * 2 ** 20

/**
 * An append-only file of commits: each line is a JSON array of entries that belong together, so that a crash leaves
 * either all of a commit or none of it. What `commit` has written survives the death of the process. What a full disk does
 * not take is kept, and written in its turn once there is room.
 */
export class Journal {
  readonly #path: string
  #descriptor: number | undefined
  readonly #report: (what: string, error?: unknown) => void
  #pending: Entry[] = []
  /** What the disk has not taken yet; it may begin in the middle of a line. */
  #unwritten = Buffer.alloc(0)
  #retry: NodeJS.Timeout | undefined
  #entries: () => Iterable<Entry> = () => []
  #startedBytes = 0
  #appendedBytes = 0

  constructor(path: string, report: (what: string, error?: unknown) => void = () => undefined) {
    this.#path = path
    this.#report = report
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
    const size = writeWhole(temporary, entries())
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
    const line = Buffer.from(`${JSON.stringify(this.#pending)}\n`)
    this.#pending = []
    this.#unwritten = this.#unwritten.length === 0 ? line : Buffer.concat([this.#unwritten, line])
    this.#write(this.#descriptor)
    if (this.#appendedBytes > appendedMinimumBytes && this.#appendedBytes > 4 * this.#startedBytes) this.#startAgain()
  }

  /** Throws when the disk does not take the last of it. */
  close(): void {
    this.commit()
    clearTimeout(this.#retry)
    const descriptor = this.#descriptor
    if (descriptor === undefined) return
    this.#descriptor = undefined
    try {
      writeAll(descriptor, this.#unwritten)
    } finally {
      closeSync(descriptor)
    }
  }

  #write(descriptor: number): void {
    const wasLate = this.#retry !== undefined
    clearTimeout(this.#retry)
    this.#retry = undefined
    try {
      while (this.#unwritten.length > 0) {
        const bytes = writeSync(descriptor, this.#unwritten)
        this.#unwritten = this.#unwritten.subarray(bytes)
        this.#appendedBytes += bytes
      }
      if (wasLate) this.#report(`${this.#path} can be written again, and is whole`)
    } catch (error) {
      if (!wasLate) this.#report(`${this.#path} cannot be written, and is kept in memory`, error)
      this.#retry = setTimeout(() => this.#write(descriptor), retryMs).unref()
    }
  }

  /** The file that is there holds everything too: without room for another it is gone on with. */
  #startAgain(): void {
    if (this.#unwritten.length > 0) return
    try {
      this.start(this.#entries)
    } catch (error) {
      this.#report(`${this.#path} could not be made smaller`, error)
      this.#startedBytes = this.#appendedBytes
    }
  }
}

/** Writes a file of these entries; returns the number of bytes. What could not be written whole is not there. */
function writeWhole(path: string, entries: Iterable<Entry>): number {
  const descriptor = openSync(path, 'w', 0o600)
  let block = ''
  let size = 0
  try {
    for (const entry of entries) {
      block += `${JSON.stringify([entry])}\n`
      if (block.length > 1 << 20) {
        size += writeAll(descriptor, Buffer.from(block))
        block = ''
      }
    }
    size += writeAll(descriptor, Buffer.from(block))
    fsyncSync(descriptor)
    return size
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Returns the number of bytes. */
function writeAll(descriptor: number, bytes: Buffer): number {
  let offset = 0
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset)
  return bytes.length
}
