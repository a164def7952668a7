import { UsageError } from '../../core/errors.js'
import type { Address } from '../../model/address.js'
import { sortedAddresses } from '../../model/address-order.js'
import { resourceKinds } from '../../model/kinds/kinds.js'
import { didYouMean } from '../../spec/nearest.js'
import { addressesByPattern, shortened } from '../servers/named-by-pattern.js'

/**
 * What patterns name among all addresses of a stack, of the file or live: `server.web`, all of its members; `server.web[0]`,
 * `volume.data[*]`, `server.*`. Each once, sorted. `whose` is said of them in messages. Throws one UsageError (ADDRESS_UNKNOWN) for all patterns that name none.
 */
export function addressesNamed(
  patterns: readonly string[],
  known: readonly Address[],
  whose: string,
): readonly Address[] {
  const named = new Set<Address>()
  const unknown: string[] = []
  for (const pattern of patterns) {
    const kind = pattern.slice(0, pattern.indexOf('.'))
    const found = isKind(kind)
      ? addressesByPattern(
          [pattern],
          known.filter((address) => address.startsWith(`${kind}.`)),
          kind,
        ).found
      : []
    if (found.length === 0) unknown.push(pattern)
    for (const address of found) named.add(address)
  }
  const [first] = unknown
  if (first === undefined) return sortedAddresses(named)
  throw new UsageError('ADDRESS_UNKNOWN', `nothing ${whose} has the address ${unknown.join(' or ')}`, {
    hint: didYouMean(first, known) ?? wholeAddress(first, known) ?? knownOf(known),
  })
}

/** `web` where `server.web` is meant. */
function wholeAddress(text: string, known: readonly Address[]): string | undefined {
  const meant = known.find((address) => address.endsWith(`.${text}`) || address.includes(`.${text}[`))
  return meant && `did you mean \`${meant}\`?`
}

function knownOf(known: readonly Address[]): string {
  return known.length === 0 ? 'it has nothing at all' : `it has ${shortened(known).join(', ')}`
}

function isKind(text: string): boolean {
  return resourceKinds.some((kind) => kind === text)
}
