import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'

/** Chosen: some hundred thousand files; a listing that is longer goes through a file. */
const heldMax = 16 * 2 ** 20

/** A sorted part of the lines, in the file. */
interface Run {
  readonly start: number
  readonly end: number
}

/**
 * SHA-256 of lines in their order by UTF-16 code units, in whatever order they come. Holds so many characters of them at most:
 * what is more lies, in sorted runs, in a file without a name, of which nothing is left however this process ends.
 */
export class LineDigest {
  readonly #heldMax: number
  readonly #runs: Run[] = []
  #lines: string[] = []
  #held = 0
  #count = 0
  #file: number | undefined

  constructor(held = heldMax) {
    this.#heldMax = held
  }

  /** How many lines there were. */
  get count(): number {
    return this.#count
  }

  /** Without a line end in it. */
  add(line: string): void {
    this.#lines.push(line)
    this.#count += 1
    this.#held += line.length
    if (this.#held >= this.#heldMax) this.#writeRun()
  }

  /** In hex, of all lines with a line end each. To be asked once. */
  finish(): string {
    const hash = createHash('sha256')
    if (this.#runs.length > 0) this.#writeRun()
    const lines =
      this.#file === undefined ? this.#lines.sort() : merged(this.#runs.map((run) => linesOf(this.#file, run)))
    for (const line of lines) hash.update(`${line}\n`)
    return hash.digest('hex')
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #writeRun(): void {
    this.#file ??= namelessFile()
    const start = this.#runs.at(-1)?.end ?? 0
    const bytes = Buffer.from(
      this.#lines
        .sort()
        .map((line) => `${line}\n`)
        .join(''),
    )
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.#file, bytes, written, bytes.length - written, start + written)
    }
    this.#runs.push({ start, end: start + bytes.length })
    this.#lines = []
    this.#held = 0
  }
}

function namelessFile(): number {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-lines-'))
  try {
    return openSync(join(directory, 'lines'), 'wx+', 0o600)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function* linesOf(file: number | undefined, { start, end }: Run): Generator<string, void> {
  if (file === undefined) return
  const decoder = new StringDecoder('utf8')
  const buffer = Buffer.alloc(64 * 1024)
  let rest = ''
  for (let at = start; at < end;) {
    const read = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at)
    if (read === 0) throw new Error('a temporary file became shorter')
    at += read
    const lines = (rest + decoder.write(buffer.subarray(0, read))).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

/** The lines of sorted runs in their order; there are few runs. */
function* merged(runs: readonly Generator<string, void>[]): Generator<string, void> {
  const heads = runs.flatMap((lines) => {
    const first = lines.next()
    return first.done === true ? [] : [{ lines, line: first.value }]
  })
  while (heads.length > 0) {
    const least = heads.reduce((left, right) => (right.line < left.line ? right : left))
    yield least.line
    const next = least.lines.next()
    if (next.done === true) heads.splice(heads.indexOf(least), 1)
    else least.line = next.value
  }
}
