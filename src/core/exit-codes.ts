import type { EvenkeelError } from './errors.js'

/** Exit statuses (docs/commands.md); 0 is success and 1 any error not named here. */
export const exitCodes = {
  success: 0,
  failure: 1,
  changes: 2,
  drift: 2,
  pending: 3,
  unknown: 4,
  stale: 5,
  locked: 6,
  interrupted: 130,
} as const

/** The exit status of a command that failed with an error. */
export function failureExitCode(error: EvenkeelError): number {
  if (error.code === 'LOCKED' || error.code === 'LOCK_UNCERTAIN') return exitCodes.locked
  if (error.code === 'PLAN_STALE') return exitCodes.stale
  return error.kind === 'cancelled' ? exitCodes.interrupted : exitCodes.failure
}

/** The exit status of a command over several stacks: an interruption, an error, a lock or staleness of any, then the first of `order` that one has. */
export function exitCodeOfAll(codes: Iterable<number>, order: readonly number[]): number {
  const had = new Set(codes)
  const { interrupted, failure, locked, stale } = exitCodes
  return [interrupted, failure, locked, stale, ...order].find((code) => had.has(code)) ?? exitCodes.success
}
