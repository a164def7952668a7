import type { Address } from '../../model/address.js'
import { compareText } from '../../model/address-order.js'
import { tagKeys, type Tagged, type Tags } from '../../model/tags.js'
import type { TagWork } from '../compare/desired-tags.js'
import { refuse, type Refuse } from './decided.js'

/** Whether its tags keep it: so a protection holds without the file too. */
export function isGuarded({ tags }: Pick<Tagged, 'tags'>): boolean {
  return tags[tagKeys.protect] === 'true'
}

/**
 * A protected one goes only where the file, which names it still, says that it is not protected any more. `spec`: what the
 * file says of what goes with everything; undefined where its entry has left the file.
 */
export function removalRefusal(
  live: Pick<Tagged, 'address' | 'id' | 'tags'>,
  spec: { readonly protect?: boolean } | undefined,
): Refuse | undefined {
  if (!isGuarded(live) || (spec && spec.protect !== true)) return undefined
  const message = `${live.address} (${live.id}) is protected from being removed`
  return refuse(live.address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
}

/** What the file protects is not replaced, by whatever reason. */
export function replacementRefusal(
  { address, protect }: { readonly address: Address; readonly protect?: boolean },
  reason: string,
): Refuse | undefined {
  if (protect !== true) return undefined
  const message = `${address} is protected from being replaced, and ${reason}`
  return refuse(address, 'PLAN_PROTECTED', message, 'set protect: false to let it be replaced')
}

/** The same work, with the tag of a protection that the file does not ask for any more taken away. */
export function withoutGuard(work: TagWork, live: Tags, protect: boolean | undefined): TagWork {
  if (protect === true || live[tagKeys.protect] === undefined) return work
  return { ...work, removeTags: [...work.removeTags, tagKeys.protect].sort(compareText) }
}
