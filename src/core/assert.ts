import { BugError } from './errors.js'

/** Throws a BugError when `condition` is false: our own invariant broke, the user did nothing wrong. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message)
}

/** Marks the branch that a closed union can never reach; the compiler checks it, this reports it if types were lied to. */
export function assertNever(value: never, what = 'value'): never {
  throw new BugError(`unexpected ${what}: ${JSON.stringify(value)}`)
}

/** Returns `value`, or throws a BugError naming `what` when it is absent. */
export function required<T>(value: T | undefined | null, what: string): T {
  assert(value !== undefined && value !== null, `${what} is missing`)
  return value
}
