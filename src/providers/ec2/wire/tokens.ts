import { digestOfText } from '../../../core/digest.js'

/** So many tokens are tried at most: each stands for something that was made and is gone. */
export const tokensMax = 5

/**
 * The ClientToken of the n-th try of one operation, the first being `once` itself. A token whose resource has ended is
 * burnt: EC2 answers it with the ended thing, or refuses it (IdempotentInstanceTerminated). The next one is derived from it,
 * so that another process that comes after a crash goes through the same tokens in the same order.
 */
export function tokenOf(once: string, burnt: number): string {
  return burnt === 0 ? once : digestOfText(`${once}#${burnt}`, 40)
}
