const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const handlers: (() => void)[] = []

/**
 * Calls `handler` on Ctrl-C, SIGTERM and SIGHUP, in place of whoever asked before, until the returned function is called.
 * While nobody has asked, a signal ends the process as usual.
 */
export function onInterrupt(handler: () => void): () => void {
  if (handlers.length === 0) for (const name of signals) process.on(name, callLatest)
  handlers.push(handler)
  return () => {
    const place = handlers.lastIndexOf(handler)
    if (place < 0) return
    handlers.splice(place, 1)
    if (handlers.length === 0) for (const name of signals) process.off(name, callLatest)
  }
}

function callLatest(): void {
  handlers.at(-1)?.()
}
