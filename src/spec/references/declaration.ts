import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { ReferenceProperty } from '../../model/template.js'
import type { Path } from '../problem.js'
import type { Entries, Sections } from '../sections.js'

/** How the entries of a kind are called and what of them can be named elsewhere in a stack file. */
export interface Declaration {
  /** In messages: `key pair`. */
  readonly word: string
  /** What the file declares of it. Asked once for each file. */
  entries(sections: Sections): Entries<object>
  /** Where an entry stands: what is wrong with it as a whole is told there. */
  pathOf(name: string): Path
  /** How many an entry stands for; absent for kinds that are never counted. */
  countOf?(sections: Sections, name: string): Count
  /** What `${kind.name.attribute}` may tell; none: the kind takes no references. */
  readonly attributes: readonly ReferenceProperty[]
  /** Why this entry has nothing to tell of an attribute of its kind; undefined where it has. */
  lackOf?(
    sections: Sections,
    name: string,
    attribute: ReferenceProperty,
  ): { readonly message: string; readonly hint: string } | undefined
  /** Whether evenkeel adds an entry called `default` by itself where one is needed. */
  readonly isGenerated: boolean
  /** Whether `dependsOn` may name it. */
  readonly isAwaited: boolean
}

/** Undefined: one, which has no index. */
export type Count = number | 'unreadable' | undefined

export type Declarations = Readonly<Record<ResourceKind, Declaration>>
