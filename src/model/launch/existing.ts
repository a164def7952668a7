/** What a file names of what no entry of it stands for: it is used, and neither changed nor removed. */
export type ExistingSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string }

interface Existing {
  readonly id: string
  /** The stack whose tag it carries; absent: none. */
  readonly stack?: string
}

export interface ExistingGroup extends Existing {
  readonly vpcId: string
}

export interface ExistingKeyPair extends Existing {
  readonly keyName: string
  /** `ssh-ed25519 AAAA…` without comment. */
  readonly publicKey: string | undefined
}

/** What fits each selector, by `existingKey`: one with one item is found, others name nothing or too much. */
export type FoundBySelector<Item> = Readonly<Record<string, readonly Item[]>>

/** The key under which an observation holds a selector's answer; it is also how reports call it. */
export function existingKey(selector: ExistingSelector): string {
  switch (selector.kind) {
    case 'id':
      return selector.id
    case 'name':
      return `name:${selector.name}`
    case 'tag':
      return `tag:${selector.key}=${selector.value}`
  }
}
