import type { Address } from '../../model/address.js'
import { tagKeys, type Tagged } from '../../model/tags.js'
import { inEntry, refused, errorOf, type Decided, type Refuse } from './decided.js'
import type { World } from '../world.js'

/** The word by which an entry adopts. */
export type AdoptionKey = 'instanceId' | 'groupId' | 'keyPairId'

/** Why what an entry names by its id cannot become it; undefined where it can, or is it already. */
export function adoptionRefusal(
  world: World,
  address: Address,
  key: AdoptionKey,
  id: string | undefined,
  live: (Tagged & { readonly id: string }) | undefined,
): Refuse | undefined {
  if (id === undefined || live?.id === id) return undefined
  const because = (code: 'PLAN_ADOPTED_NOT_FOUND' | 'PLAN_ADOPTED_TAKEN', message: string, hint: string) =>
    refused(address, [inEntry(errorOf(address, code, message, hint), key)])
  if (live) {
    const message = `${address} is ${live.id} already; the file adopts ${id}`
    return because('PLAN_ADOPTED_TAKEN', message, 'give the other one an entry of its own')
  }
  const message = `${address}: there is no ${id} in ${world.live.stack.region}, or it belongs to another stack or entry`
  return because('PLAN_ADOPTED_NOT_FOUND', message, `check the id; without \`${key}\` a new one is made`)
}

/**
 * A decision about a live resource, told as what it is where that belongs to no stack yet: it is adopted, and nothing of it has
 * drifted. Adopting replaces nothing.
 */
export function adopting<Decision extends Decided>(
  live: Tagged & { readonly id: string },
  key: AdoptionKey,
  id: string | undefined,
  decision: Decision,
): Decision | Refuse {
  if (id === undefined || live.tags[tagKeys.stack] !== undefined || decision.kind === 'refuse') return decision
  const { address, change } = decision
  if (change.kind === 'replace') {
    const paths = change.diffs
      .filter(({ forcesReplacement }) => forcesReplacement !== undefined)
      .map(({ path }) => path)
    const message = `${address} adopts ${live.id}, which differs in ${paths.join(', ')}: another one would take its place`
    const hint = 'write into the entry what is live'
    return refused(address, [inEntry(errorOf(address, 'PLAN_ADOPTED_DIFFERS', message, hint), key)])
  }
  const diffs = change.diffs
    .filter(({ path }) => !path.startsWith('tags.evenkeel:'))
    .map((diff) => ({ ...diff, cause: 'pending' as const }))
  return { ...decision, change: { ...change, kind: 'adopt', reason: `the file names ${live.id}`, diffs } }
}
