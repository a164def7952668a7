import type { Address } from '../../model/address.js'
import type { Problem } from '../../model/plan-problem.js'
import { tagKeys, type Tagged } from '../../model/tags.js'
import { inEntry, refused, replaceAsked, errorOf, type Decided, type Refuse } from './decided.js'
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
    return because('PLAN_ADOPTED_TAKEN', message, `give the other one an entry of its own, or leave \`${key}\` out`)
  }
  const message = `${address}: there is no ${id} in ${world.live.stack.region}, or it belongs to another stack or entry`
  return because('PLAN_ADOPTED_NOT_FOUND', message, `check the id; without \`${key}\` a new one is made`)
}

/**
 * A decision about a live resource that an entry names by its id: what belongs to no stack yet is told as adopted, and nothing of
 * it has drifted. No other takes its place as long as the id stands there: the entry would name what is gone.
 */
export function adopting<Decision extends Decided>(
  live: Tagged & { readonly id: string },
  key: AdoptionKey,
  id: string | undefined,
  decision: Decision,
): Decision | Refuse {
  if (id === undefined || decision.kind === 'refuse') return decision
  const { address, change } = decision
  const isOurs = live.tags[tagKeys.stack] !== undefined
  if (change.kind === 'replace') return refused(address, [inEntry(stays(live, key, change, isOurs), key)])
  if (isOurs) return decision
  const diffs = change.diffs
    .filter(({ path }) => !path.startsWith('tags.evenkeel:'))
    .map((diff) => ({ ...diff, cause: 'pending' as const }))
  return { ...decision, change: { ...change, kind: 'adopt', reason: `the file names ${live.id}`, diffs } }
}

function stays(
  { id }: { readonly id: string },
  key: AdoptionKey,
  { address, diffs }: Decided['change'],
  isOurs: boolean,
): Problem {
  const forcing = diffs.filter(({ forcesReplacement }) => forcesReplacement !== undefined)
  const paths = forcing.filter(({ forcesReplacement }) => forcesReplacement !== replaceAsked).map(({ path }) => path)
  const letGo = `leave \`${key}\` out once it is adopted`
  if (paths.length === 0)
    return errorOf(
      address,
      'REPLACE_IMPOSSIBLE',
      `${address}: the file names ${id}, so no other takes its place`,
      letGo,
    )
  const message = `${address} adopts ${id}, which differs in ${paths.join(', ')}: another one would take its place`
  const hint = isOurs ? `${letGo}, or write into the entry what is live` : 'write into the entry what is live'
  return errorOf(address, 'PLAN_ADOPTED_DIFFERS', message, hint)
}
