/** How often somebody looks, and after how many looks in a row that show the same nothing moves any more. */
export interface Looks {
  readonly everyMs: number
  readonly same: number
}

/**
 * Resolves when `trace` has not changed for so many looks: what hangs never moves again, what is slow does. A machine that is
 * busy takes its looks later, too.
 */
export function standstill(trace: () => string, { everyMs, same }: Looks, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let last = trace()
    let unchanged = 0
    const timer = setInterval(() => {
      const now = trace()
      unchanged = now === last ? unchanged + 1 : 0
      last = now
      if (unchanged >= same) resolve()
    }, everyMs)
    ended.addEventListener('abort', () => clearInterval(timer), { once: true })
  })
}
