import { gunzipSync, gzipSync } from 'node:zlib'
import { compareAddresses, parseAddress, type Address } from '../../../../model/address.js'

/** EC2 takes user data of up to 16 KiB before base64; so does the user data of a launch template. */
export const ledgerBytesMax = 16 * 1024

/** More is never unpacked: a damaged or hostile ledger must not fill the memory. */
const unpackedBytesMax = 16 * 1024 * 1024
const addressesMax = 1_000_000

interface LedgerFile {
  readonly evenkeel: 1
  readonly addresses: readonly string[]
}

/** Addresses as the bytes of a ledger: gzip of JSON, runs of a counted server folded into one entry. */
export function encodeLedger(addresses: readonly Address[]): Uint8Array {
  const file: LedgerFile = { evenkeel: 1, addresses: foldRuns([...new Set(addresses)].sort(compareAddresses)) }
  return gzipSync(JSON.stringify(file), { level: 9 })
}

/** The addresses that `encodeLedger` was given, sorted; undefined when the bytes are no ledger. */
export function decodeLedger(bytes: Uint8Array): readonly Address[] | undefined {
  try {
    const file = JSON.parse(
      gunzipSync(bytes, { maxOutputLength: unpackedBytesMax }).toString('utf8'),
    ) as Partial<LedgerFile>
    if (file.evenkeel !== 1 || !Array.isArray(file.addresses)) return undefined
    const addresses = unfoldRuns(file.addresses)
    return addresses?.sort(compareAddresses)
  } catch {
    // Not gzip, or not JSON: somebody else wrote it, or it was damaged.
    return undefined
  }
}

/** `server.web[0]`, `server.web[1]`, `server.web[2]` -> `server.web[0-2]`; sorted input. */
function foldRuns(addresses: readonly Address[]): readonly string[] {
  const folded: string[] = []
  let run: { readonly stem: string; readonly first: number; last: number } | undefined
  const flush = () => {
    if (run) folded.push(run.first === run.last ? `${run.stem}[${run.first}]` : `${run.stem}[${run.first}-${run.last}]`)
    run = undefined
  }
  for (const address of addresses) {
    const [, stem, digits] = /^(.+)\[(\d+)\]$/.exec(address) ?? []
    const index = digits === undefined ? undefined : Number(digits)
    if (stem === undefined || index === undefined || String(index) !== digits) {
      flush()
      folded.push(address)
    } else if (run?.stem === stem && index === run.last + 1) {
      run.last = index
    } else {
      flush()
      run = { stem, first: index, last: index }
    }
  }
  flush()
  return folded
}

/** Undefined when an entry is neither an address nor a run of them. */
function unfoldRuns(entries: readonly unknown[]): Address[] | undefined {
  const addresses: Address[] = []
  for (const entry of entries) {
    if (typeof entry !== 'string') return undefined
    const [, stem, first, last] = /^(.+)\[(\d{1,5})-(\d{1,5})\]$/.exec(entry) ?? []
    if (stem === undefined) addresses.push(entry as Address)
    else
      for (let index = Number(first); index <= Number(last); index += 1) addresses.push(`${stem}[${index}]` as Address)
    if (addresses.length > addressesMax) return undefined
  }
  return addresses.every((address) => parseAddress(address) !== undefined) ? addresses : undefined
}
