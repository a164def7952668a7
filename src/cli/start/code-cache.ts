import {
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isOwn, isOwnFolder, makeOwnFolder, removeOldest } from './code-cache-place.js'

/** Where in the file it is, and the check sums of it and of the source that it was made from. */
interface Place {
  readonly offset: number
  readonly length: number
  readonly sum: number
  readonly sourceSum: number
}

/** The file begins with the length of its header, and the header's check sum. */
const leadBytes = 8

interface Contents {
  /** Where the program was: V8 keeps the paths that stand in stack traces. */
  readonly program: string
  /** Unix ms: when code of a file was kept for the first time. */
  readonly madeMs: number
  readonly places: Readonly<Record<string, Place>>
}

/** What was made of one file of the program. */
export interface KeptCode {
  readonly code: Buffer
  readonly sourceSum: number
}

/** What an earlier run has kept. */
export interface CodeCache {
  /** The files of the program of which something was kept. */
  readonly names: readonly string[]
  /** Of all the code. */
  readonly bytes: number
  /** Undefined for a file of which nothing was kept, what was kept is broken, or the source was another then. */
  readonly codeOf: (name: string, sourceSum?: number) => KeptCode | undefined
  /** Unix ms. */
  readonly madeMs: number
  /** Whether it is time to look whether runs compile what was not kept: each time that its age has doubled, and daily. */
  readonly isDue: boolean
}

const dayMs = 86_400_000

/**
 * Opens the file of code; undefined where there is none that this user alone can have written, or that can be read. V8 itself
 * looks at its own version, its flags and the length of the source: what is torn, foreign or of another source of that length is
 * for us to find.
 */
export function openCodeCache(path: string, program: string): CodeCache | undefined {
  try {
    if (!isOwnFolder(dirname(path))) return undefined
    // It stays open until the process ends: commands load more of themselves as they go.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const status = fstatSync(file)
    if (!status.isFile() || !isOwn(status)) return undefined
    const read = (offset: number, length: number) => bytesOf(file, status.size, offset, length)
    const lead = read(0, leadBytes)
    const header = lead && read(leadBytes, lead.readUInt32LE(0))
    if (!header || crc32(header) !== lead.readUInt32LE(4)) return undefined
    const contents = JSON.parse(header.toString('utf8')) as Contents
    if (contents.program !== program) return undefined
    const start = leadBytes + header.length
    const { madeMs } = contents
    const sinceLookMs = Date.now() - status.mtimeMs
    return {
      names: Object.keys(contents.places),
      bytes: status.size - start,
      madeMs,
      isDue: sinceLookMs > Math.min(status.mtimeMs - madeMs, dayMs),
      codeOf(name, sourceSum) {
        const place = contents.places[name]
        if (place === undefined || (sourceSum !== undefined && place.sourceSum !== sourceSum)) return undefined
        const code = read(start + place.offset, place.length)
        return code && crc32(code) === place.sum ? { code, sourceSum: place.sourceSum } : undefined
      },
    }
  } catch {
    return undefined
  }
}

/** Undefined where the file ends before, and where the disk fails. */
function bytesOf(file: number, fileLength: number, offset: number, length: number): Buffer | undefined {
  if (offset + length > fileLength) return undefined
  const bytes = Buffer.allocUnsafe(length)
  try {
    return readSync(file, bytes, 0, length, offset) === length ? bytes : undefined
  } catch {
    return undefined
  }
}

/** Says that somebody has looked, and that nothing was missing. Throws what the disk says. */
export function noteLook(path: string): void {
  const now = new Date()
  utimesSync(path, now, now)
}

/**
 * Writes the file anew, in one step for those who read it: a run beside this one may write too, and either is right. Throws what
 * the disk says.
 */
export function writeCodeCache(
  path: string,
  program: string,
  kept: ReadonlyMap<string, KeptCode>,
  madeMs = Date.now(),
): void {
  const folder = dirname(path)
  if (!makeOwnFolder(folder)) return
  let offset = 0
  const places: Record<string, Place> = {}
  for (const [name, { code, sourceSum }] of kept) {
    places[name] = { offset, length: code.length, sum: crc32(code), sourceSum }
    offset += code.length
  }
  const header = Buffer.from(JSON.stringify({ program, madeMs, places } satisfies Contents))
  const lead = Buffer.alloc(leadBytes)
  lead.writeUInt32LE(header.length)
  lead.writeUInt32LE(crc32(header), 4)
  const fresh = join(folder, `fresh-${process.pid}`)
  const isFirst = !existsSync(path)
  try {
    rmSync(fresh, { force: true })
    const parts = [lead, header, ...[...kept.values()].map(({ code }) => code)]
    writeFileSync(fresh, Buffer.concat(parts), { flag: 'wx', mode: 0o600 })
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  if (isFirst) removeOldest(folder)
}
