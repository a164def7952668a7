import type { kinds, ResourceKind } from '../../model/kinds/kinds.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { Context } from '../context.js'
import type { Declaration } from '../references/declaration.js'
import type { Waits } from '../references/waits.js'
import type { TemplateKeys } from '../variables/substitute.js'

/** All that a stack file means of one kind of resource: one value for each, in kinds.ts. */
export interface SpecKind<Kind extends ResourceKind> extends Declaration {
  /** The keys of an entry whose texts take references. */
  readonly templates: TemplateKeys
  /** Reports every mistake of meaning in its entries; mistakes of shape were told before. */
  check(context: Context): void
  /**
   * What its entries say, in the order of addresses, with every default filled and counts expanded; of a file without a
   * mistake. What others say is asked of `specsOf`.
   */
  specs(context: Context, specsOf: SpecsOf): SpecsOfKind<Kind>
  /** Tells for what its entries wait. */
  tellWaits?(context: Context, waits: Waits): void
}

export type SpecsOfKind<Kind extends ResourceKind> = NonNullable<StackSpec[(typeof kinds)[Kind]['specs']]>

/** The specifications of another kind, made when they are first asked for. */
export type SpecsOf = <Kind extends ResourceKind>(kind: Kind) => SpecsOfKind<Kind>
