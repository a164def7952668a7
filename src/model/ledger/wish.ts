import { canonicalJson } from '../../core/digest.js'
import { compareText } from '../address-order.js'
import type { Address } from '../address.js'

/**
 * What somebody asked for, or a copy has brought about, that may take more than one run. It stands in the ledger before its
 * first step, and stays there until it is done or withdrawn.
 */
export type Wish = RestoreWish | FollowUpWish

/** A volume is to be made anew from a snapshot. */
export interface RestoreWish {
  readonly kind: 'restore'
  readonly address: Address
  readonly snapshotId: string
  /** The volume whose place the new one takes; absent where there was none. */
  readonly replaces?: string
  /** The checkpoint of which the snapshot is a part, `stack/name`. */
  readonly checkpoint?: string
}

/** A rule has copied, or is about to, and what follows a copy that changed something has not happened. */
export interface FollowUpWish {
  readonly kind: 'follow-up'
  readonly address: Address
  /** `command`: `onChange`, then the health check; `health`: that one alone. */
  readonly owes: 'command' | 'health'
}

export function sortedWishes(wishes: Iterable<Wish>): readonly Wish[] {
  return [...wishes].sort((left, right) => compareText(left.address, right.address))
}

/** Whether both lists, each sorted, say the same. */
export function sameWishes(left: readonly Wish[], right: readonly Wish[]): boolean {
  return left.length === right.length && left.every((wish, index) => isSame(wish, right[index]))
}

function isSame(left: Wish, right: Wish | undefined): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right ?? null)
}

/** A wish as an unknown value says it; undefined when it says none. */
export function parseWish(value: unknown): Wish | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, address, snapshotId, replaces, checkpoint, owes } = value as Readonly<Record<string, unknown>>
  if (typeof address !== 'string') return undefined
  const of = address as Address
  if (kind === 'follow-up') return owes === 'command' || owes === 'health' ? { kind, address: of, owes } : undefined
  if (kind !== 'restore' || typeof snapshotId !== 'string') return undefined
  return {
    kind,
    address: of,
    snapshotId,
    ...(typeof replaces === 'string' && { replaces }),
    ...(typeof checkpoint === 'string' && { checkpoint }),
  }
}
