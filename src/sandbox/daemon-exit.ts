/** How the daemon's end tells whoever started it what happened. */
export const exitCodes = {
  failed: 1,
  /** Another sandbox has the state directory: wait for its endpoint instead. */
  busy: 3,
} as const
