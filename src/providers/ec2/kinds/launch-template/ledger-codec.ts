import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ledgerPartBytesMax } from '../../../../model/ledger/ledger-room.js'
import { sortedAddresses } from '../../../../model/address-order.js'
import { parseAddress, type Address } from '../../../../model/address.js'
import { parseWish, sortedWishes, type Wish } from '../../../../model/ledger/wish.js'
import { parseEpoch, type Epoch } from '../../../../model/ledger/lock.js'
import { foldRuns, unfoldRuns } from './address-runs.js'

/** More is never unpacked: a damaged or hostile ledger must not fill the memory. */
const unpackedBytesMax = 128 * 1024 * 1024

/** 0.1.0 wrote 1: addresses alone, always in one version. */
const formatVersion = 2

export interface LedgerContent {
  readonly addresses: readonly Address[]
  readonly wishes: readonly Wish[]
  readonly epoch?: Epoch | undefined
}

/** What the user data of a version says, or the parts of several put together. */
export type LedgerVersion =
  | ({ readonly kind: 'whole'; readonly format: 1 | 2 } & LedgerContent)
  /** The list of the versions that hold its parts; written after them. */
  | { readonly kind: 'list'; readonly parts: readonly number[]; readonly digest: string }
  /** A part of one; `committed` is the version that held the whole, or its list, when the part was written. */
  | { readonly kind: 'part'; readonly committed: number; readonly bytes: Uint8Array }
  | { readonly kind: 'newer'; readonly format: number }

interface LedgerFile {
  readonly evenkeel: number
  readonly addresses: readonly string[]
  readonly wishes: readonly unknown[]
  readonly epoch: unknown
  readonly parts: readonly number[]
  readonly digest: string
}

/** What a stack has to remember, as the bytes of a ledger: gzip of JSON, runs of a counted server folded into one entry. */
export function encodeLedger({ addresses, wishes, epoch }: LedgerContent): Uint8Array {
  const folded = foldRuns(sortedAddresses(addresses))
  const sorted = sortedWishes(wishes)
  return pack({
    evenkeel: formatVersion,
    addresses: folded,
    ...(sorted.length > 0 && { wishes: sorted }),
    ...(epoch && { epoch }),
  })
}

/** The bytes of a ledger that is too large for one version, as the user data of several. */
export function partsOfLedger(bytes: Uint8Array, committed: number): readonly Uint8Array[] {
  const head = Buffer.from(`${partMark} ${committed}\n`)
  const room = ledgerPartBytesMax - head.length
  const parts: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += room) {
    parts.push(Buffer.concat([head, bytes.subarray(start, start + room)]))
  }
  return parts
}

/** The user data that makes a ledger of its parts. */
export function listOfParts(parts: readonly number[], bytes: Uint8Array): Uint8Array {
  return pack({ evenkeel: formatVersion, parts, digest: digestOf(bytes) })
}

/** The ledger that the parts of a list make; undefined when they are not those that the list means. */
export function joinedLedger(
  { digest }: Extract<LedgerVersion, { kind: 'list' }>,
  parts: readonly Uint8Array[],
): LedgerVersion | undefined {
  const bytes = Buffer.concat(parts)
  return digestOf(bytes) === digest ? decodeLedger(bytes) : undefined
}

/** What the bytes say; undefined when they are no ledger. */
export function decodeLedger(bytes: Uint8Array): LedgerVersion | undefined {
  const part = decodePart(bytes)
  if (part) return part
  try {
    return decodeFile(JSON.parse(gunzipSync(bytes, { maxOutputLength: unpackedBytesMax }).toString('utf8')))
  } catch {
    // Not gzip, or not JSON: somebody else wrote it, or it was damaged.
    return undefined
  }
}

function decodeFile(file: Partial<LedgerFile> | null): LedgerVersion | undefined {
  const format = file?.evenkeel
  if (!file || typeof format !== 'number') return undefined
  if (format > formatVersion) return { kind: 'newer', format }
  if (format !== 1 && format !== formatVersion) return undefined
  const { parts, digest, wishes: written = [] } = file
  if (Array.isArray(parts) && typeof digest === 'string') return { kind: 'list', parts, digest }
  const addresses = Array.isArray(file.addresses) ? unfoldRuns(file.addresses) : undefined
  if (!addresses?.every((address) => parseAddress(address) !== undefined) || !Array.isArray(written)) return undefined
  const wishes = written.flatMap((wish) => parseWish(wish) ?? [])
  // A kind of wish that came later.
  if (wishes.length < written.length) return { kind: 'newer', format }
  const epoch = parseEpoch(file.epoch)
  return { kind: 'whole', format, addresses: sortedAddresses(addresses), wishes, ...(epoch && { epoch }) }
}

const partMark = 'evenkeel ledger part'

function decodePart(bytes: Uint8Array): LedgerVersion | undefined {
  const end = bytes.indexOf(10)
  if (end < 0 || end > 64) return undefined
  const [, committed] = /^evenkeel ledger part (\d{1,9})$/.exec(Buffer.from(bytes.subarray(0, end)).toString()) ?? []
  return committed === undefined
    ? undefined
    : { kind: 'part', committed: Number(committed), bytes: bytes.subarray(end + 1) }
}

function pack(file: Partial<LedgerFile>): Uint8Array {
  return gzipSync(JSON.stringify(file), { level: 9 })
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
