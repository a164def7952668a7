import type { Faults } from '../../../../src/sandbox/sandbox.js'
import type { Command } from '../proof-world.js'

/** A run that is cut at each of its points. */
export interface CrashCase {
  readonly name: string
  /** What is run before, whole. */
  readonly before: readonly Command[]
  /** What is cut. */
  readonly work: Command
  /** What is run after the cut, and ends what it began; left out: the same again. */
  readonly after?: Command
  /**
   * Where what comes after does not ask for it again: the request with which it is asked for, and of what of before. Before EC2 has carried that out,
   * nothing of it may happen, from then on all of it must.
   */
  readonly asked?: { readonly action: string; readonly of?: string }
  /** What EC2 refuses in all of it: alternatives are tried where there is no room. */
  readonly faults?: Faults
  /** How the next run says that the work is done already. */
  readonly refusal?: RegExp
}

export const apply = (text: string): Command => ({ kind: 'apply', text })
