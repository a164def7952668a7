import type { Tags } from '../../model/tags.js'
import type { Created, Once, Owned } from './cloud-words.js'
import type { Effect } from './effect.js'

/** What can be done with key pairs. */
export interface KeyPairCloud {
  importKeyPair(
    request: { readonly keyName: string; readonly publicKey: string; readonly tags: Tags } & Once,
  ): Promise<Created>
  deleteKeyPair(request: Owned): Promise<Effect>
}
