import type { Address } from '../../../../model/address.js'

/**
 * Chosen: twice what a stack file may stand for. More are never made of folded ones: a damaged or hostile list must not fill the
 * memory.
 */
const addressesMax = 200_000

/** Chosen: twice the longest address. A run repeats its stem a hundred thousand times. */
const entryCharactersMax = 200

/** `server.web[0]`, `server.web[1]`, `server.web[2]` -> `server.web[0-2]`; sorted input. */
export function foldRuns(addresses: readonly Address[]): readonly string[] {
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

/** What `foldRuns` was given, not checked to be addresses; undefined when an entry is no text, or there are too many. */
export function unfoldRuns(entries: readonly unknown[]): Address[] | undefined {
  const addresses: Address[] = []
  for (const entry of entries) {
    if (typeof entry !== 'string' || entry.length > entryCharactersMax) return undefined
    const [, stem, first, last] = /^(.+)\[(\d{1,5})-(\d{1,5})\]$/.exec(entry) ?? []
    if (stem === undefined) addresses.push(entry as Address)
    else
      for (let index = Number(first); index <= Number(last); index += 1) addresses.push(`${stem}[${index}]` as Address)
    if (addresses.length > addressesMax) return undefined
  }
  return addresses
}
