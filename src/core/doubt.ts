const afterDoubt = new WeakSet<object>()

/** Notes that before a call ended so it had an attempt without an answer. */
export function noteDoubt(error: object): void {
  afterDoubt.add(error)
}

/** Whether a call that ended so had an attempt before of which it is not known what it came to: it may have been carried out. */
export function isAfterDoubt(error: unknown): boolean {
  return typeof error === 'object' && error !== null && afterDoubt.has(error)
}
