import type { Address } from '../address.js'
import type { Impact } from '../change.js'

declare const brand: unique symbol
/** `create-volume:volume.music`: kind and address, with `#id` behind it where one address has two of a kind. */
export type StepId = string & { readonly [brand]: 'StepId' }

export interface StepBase {
  readonly id: StepId
  /** The change that asked for it. */
  readonly address: Address
  /** Steps that must be done first; each is in the plan, before this one. Sorted. */
  readonly needs: readonly StepId[]
  readonly impact: Impact
  /** Under what the step's volume is bound, where that is not the address: an archive's volume beside its server. */
  readonly bound?: Address
  /** A clean-up: it runs when its needs and these steps have ended, however they ended, if any of these was begun. */
  readonly cleansAfter?: readonly StepId[]
}
