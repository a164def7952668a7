import { BugError } from './errors.js'

/** Throws a BugError when `condition` is false: our own invariant broke, the user did nothing wrong. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message)
}

/** Returns `value`, or throws a BugError naming `what` when it is absent. */
export function required<T>(value: T | undefined | null, what: string): T {
  assert(value !== undefined && value !== null, `${what} is missing`)
  return value
}
