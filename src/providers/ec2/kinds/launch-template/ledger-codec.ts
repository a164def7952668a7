import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ledgerPartBytesMax } from '../../../../model/ledger/ledger-room.js'
import { sortedAddresses } from '../../../../model/address-order.js'
import { parseAddress, type Address } from '../../../../model/address.js'
import { parseWish, sortedWishes, type Wish } from '../../../../model/ledger/wish.js'
import { parseEpoch, type Epoch } from '../../../../model/ledger/lock.js'
import { parseRunNote, type RunNote } from '../../../../model/ledger/run-note.js'
import { foldRuns, unfoldRuns } from './address-runs.js'

/**
 * Chosen: ten times what 10,000 servers with two volumes each take. More is never unpacked: gzip makes a thousand times of what
 * there is, JSON.parse thirty times of that, and a damaged or hostile ledger must not fill the memory.
 */
const unpackedBytesMax = 16 * 1024 * 1024

/** 0.1.0 wrote 1: addresses alone, always in one version. */
export const ledgerFormat = 2

export interface LedgerContent {
  readonly addresses: readonly Address[]
  readonly wishes: readonly Wish[]
  readonly epoch?: Epoch | undefined
  /** What was there under some of the addresses when the last run ended, by EC2's ids. */
  readonly ids?: ReadonlyMap<Address, string> | undefined
  /** Grows each time a lease is ended by somebody else than its holder; left out: 0. */
  readonly fence?: number | undefined
}

/**
 * What the user data of a version says, or the parts of several put together. `after` is the version that its writer had
 * read or written last, 0 where that one knew of none; left out where nobody had looked.
 */
export type LedgerVersion =
  | ({
      readonly kind: 'whole'
      readonly format: 1 | 2
      readonly after?: number
      readonly note?: RunNote
    } & LedgerContent)
  /** The list of the versions that hold its parts; written after them. */
  | {
      readonly kind: 'list'
      readonly parts: readonly number[]
      readonly digest: string
      readonly after?: number
      readonly note?: RunNote
    }
  /** A part of one; `committed` is the version that held the whole, or its list, when the part was written. */
  | { readonly kind: 'part'; readonly committed: number; readonly bytes: Uint8Array }
  | { readonly kind: 'newer'; readonly format: number }

interface LedgerFile {
  readonly evenkeel: number
  readonly addresses: readonly string[]
  readonly wishes: readonly unknown[]
  readonly epoch: unknown
  /** In the order of the sorted addresses, an empty text for an unknown one. */
  readonly ids: string
  readonly fence: number
  readonly after: number
  readonly parts: readonly number[]
  readonly digest: string
  /** Of the run that wrote it; in the list where it is in parts, so that history need not read those. */
  readonly note: RunNote
}

/** What a stack has to remember, as the bytes of a ledger: gzip of JSON, runs of a counted server folded into one entry. */
export function encodeLedger(
  { addresses, wishes, epoch, ids, fence = 0 }: LedgerContent,
  after?: number,
  note?: RunNote,
): Uint8Array {
  const inOrder = sortedAddresses(addresses)
  const sorted = sortedWishes(wishes)
  const known = inOrder.map((address) => ids?.get(address) ?? '')
  return pack({
    evenkeel: ledgerFormat,
    addresses: foldRuns(inOrder),
    ...(sorted.length > 0 && { wishes: sorted }),
    ...(epoch && { epoch }),
    ...(known.some((id) => id !== '') && { ids: known.join(' ') }),
    ...(fence > 0 && { fence }),
    ...(after !== undefined && { after }),
    ...(note && { note }),
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
export function listOfParts(parts: readonly number[], bytes: Uint8Array, after?: number, note?: RunNote): Uint8Array {
  const digest = digestOf(bytes)
  return pack({ evenkeel: ledgerFormat, parts, digest, ...(after !== undefined && { after }), ...(note && { note }) })
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
  if (format > ledgerFormat) return { kind: 'newer', format }
  if (format !== 1 && format !== ledgerFormat) return undefined
  const { parts, digest, wishes: written = [] } = file
  const after = typeof file.after === 'number' && { after: file.after }
  const noted = parseRunNote(file.note)
  const note = noted && { note: noted }
  if (Array.isArray(parts) && typeof digest === 'string') return { kind: 'list', parts, digest, ...after, ...note }
  const addresses = Array.isArray(file.addresses) ? unfoldRuns(file.addresses) : undefined
  if (!addresses?.every((address) => parseAddress(address) !== undefined) || !Array.isArray(written)) return undefined
  const wishes = written.flatMap((wish) => parseWish(wish) ?? [])
  // A kind of wish that came later.
  if (wishes.length < written.length) return { kind: 'newer', format }
  const epoch = parseEpoch(file.epoch)
  const inOrder = sortedAddresses(addresses)
  const ids = idsOf(inOrder, file.ids)
  const fence = typeof file.fence === 'number' && { fence: file.fence }
  return {
    kind: 'whole',
    format,
    addresses: inOrder,
    wishes,
    ...(epoch && { epoch }),
    ...(ids && { ids }),
    ...fence,
    ...after,
    ...note,
  }
}

function idsOf(addresses: readonly Address[], written: unknown): ReadonlyMap<Address, string> | undefined {
  if (typeof written !== 'string') return undefined
  const ids = written.split(' ')
  if (ids.length !== addresses.length) return undefined
  return new Map(addresses.flatMap((address, at) => (ids[at] ? [[address, ids[at]] as const] : [])))
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
