import type { ChaosProfile } from '../../../../src/sandbox/faults/profiles.js'
import type { Doom } from '../doomed-process.js'

/** What somebody does in the AWS console; or nobody does anything for two days. */
export const hands = [
  'wait',
  'stop',
  'terminate',
  'detach',
  'delete-volume',
  'rename',
  'untag',
  'open-door',
  'close-door',
  'disassociate',
] as const
export type Hand = (typeof hands)[number]

/** One turn of a life: what moves, and where the processes end that are to make it so, one after the other. */
export type Turn =
  /** The stack file is changed, and applied. */
  | { readonly kind: 'edit'; readonly text: string; readonly dooms: readonly Doom[] }
  | { readonly kind: 'hand'; readonly hand: Hand; readonly pick: number; readonly dooms: readonly Doom[] }
  | { readonly kind: 'snapshot'; readonly pick: number; readonly dooms: readonly Doom[] }
  | { readonly kind: 'checkpoint'; readonly dooms: readonly Doom[] }
  /** To the newest checkpoint. */
  | { readonly kind: 'restore'; readonly dooms: readonly Doom[] }
  | { readonly kind: 'destroy'; readonly dooms: readonly Doom[] }

/** What befalls a stack from its first apply on. */
export interface Life {
  /** What EC2 does meanwhile; undefined: nothing fails but processes. */
  readonly chaos: ChaosProfile | undefined
  /** So long does the index lag that listings by tags read, in place of what the profile says. */
  readonly indexLagMs?: number
  readonly seed: number
  readonly turns: readonly Turn[]
}
