/** How the daemon's end tells whoever started it what happened. */
export const exitCodes = {
  failed: 1,
  /** Another sandbox has the state directory: wait for its endpoint instead. */
  busy: 3,
  /** The disk with the state directory is full; the log may not say so. */
  full: 4,
} as const
