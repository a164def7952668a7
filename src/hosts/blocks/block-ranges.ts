import { createHash } from 'node:crypto'

/**
 * Chosen: small enough that an interrupted copy loses next to nothing, large enough that two processes a range do not
 * count. A whole number of MiB, which is dd's block size in the scripts.
 */
export const rangeBytes = 16 * 2 ** 20

/** Chosen: ranges are named in a command's arguments, of which Linux takes 128 KiB. */
const runsMax = 1024

/** Ranges `first` to `last`, both included. */
export interface Run {
  readonly first: number
  readonly last: number
}

/** SHA-256 of each range of a device, in hex, in order. */
export type RangeDigests = readonly string[]

export function rangeCount(sizeBytes: number): number {
  return Math.ceil(sizeBytes / rangeBytes)
}

/** Length of one range: the last one may be shorter. */
export function rangeLength(index: number, sizeBytes: number): number {
  return Math.min(rangeBytes, sizeBytes - index * rangeBytes)
}

export function bytesOf(indexes: readonly number[], sizeBytes: number): number {
  return indexes.reduce((sum, index) => sum + rangeLength(index, sizeBytes), 0)
}

export interface Transfer {
  /** Ranges to send, ascending. */
  readonly send: readonly number[]
  /** Ranges that hold nothing but zeros at the source: made zero at the destination without sending them. */
  readonly zero: readonly number[]
}

/** What differs. Both lists have a digest for each range of `sizeBytes`. */
export function transferOf(source: RangeDigests, destination: RangeDigests, sizeBytes: number): Transfer {
  const send: number[] = []
  const zero: number[] = []
  source.forEach((digest, index) => {
    if (digest === destination[index]) return
    if (digest === zeroDigest(rangeLength(index, sizeBytes))) zero.push(index)
    else send.push(index)
  })
  return { send, zero }
}

/** The first range that holds anything but zeros; undefined where there is none. */
export function firstFilled(digests: RangeDigests, sizeBytes: number): number | undefined {
  const index = digests.findIndex((digest, at) => digest !== zeroDigest(rangeLength(at, sizeBytes)))
  return index === -1 ? undefined : index
}

/** Ascending indexes as runs, in batches that fit a command line each. */
export function batchesOf(indexes: readonly number[]): readonly (readonly Run[])[] {
  const runs: { first: number; last: number }[] = []
  for (const index of indexes) {
    const open = runs.at(-1)
    if (open && open.last + 1 === index) open.last = index
    else runs.push({ first: index, last: index })
  }
  return Array.from({ length: Math.ceil(runs.length / runsMax) }, (_, batch) =>
    runs.slice(batch * runsMax, (batch + 1) * runsMax),
  )
}

/** SHA-256 over the digests of all ranges, in hex: equal devices have equal ones. */
export function rootDigest(digests: RangeDigests): string {
  const hash = createHash('sha256')
  for (const digest of digests) hash.update(digest, 'hex')
  return hash.digest('hex')
}

const zeroDigests = new Map<number, string>()

/** SHA-256 of so many zero bytes, in hex. */
export function zeroDigest(length: number): string {
  let digest = zeroDigests.get(length)
  if (digest === undefined) {
    digest = createHash('sha256').update(Buffer.alloc(length)).digest('hex')
    zeroDigests.set(length, digest)
  }
  return digest
}
