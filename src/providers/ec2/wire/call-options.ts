export interface CallOptions {
  /** A reading has just shown what the call is about, so a NotFound only says that this has not spread yet. */
  readonly seen?: boolean
  /** A NotFound is believed at once, also of what was made a moment ago. */
  readonly isAbsenceBelieved?: boolean
  /** Asked in the moment before each attempt, when its turn has come; rejects where it must not be made. */
  readonly confirm?: () => Promise<unknown>
  /** It is about the stack's lock itself: it waits for no other call, and no guard is asked. */
  readonly isForLock?: boolean
  /** Nobody waits for it for long: whoever leaves. */
  readonly isTriedOnce?: boolean
}
