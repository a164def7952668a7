import type { Tags } from '../../model/tags.js'
import type { Owner } from './cloud-words.js'
import type { Effect } from './effect.js'

/** How tags are written on what exists, of whatever kind. */
export interface TagCloud {
  /** Adds or overwrites these tags, leaves all others alone. */
  setTags(request: { readonly id: string; readonly tags: Tags }): Promise<Effect>
  removeTags(request: { readonly id: string; readonly keys: readonly string[]; readonly owner: Owner }): Promise<Effect>
}
