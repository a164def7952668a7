const listeners = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `react` once when the signal is aborted (not when it has been), until the returned function is called. However
 * many ask, the signal has one listener: a list of its own listeners is walked for each that comes and goes.
 */
export function whenAborted(signal: AbortSignal | undefined, react: () => void): () => void {
  if (signal === undefined) return () => undefined
  const all = listeners.get(signal) ?? listen(signal)
  all.add(react)
  return () => void all.delete(react)
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>()
  listeners.set(signal, all)
  const react = () => {
    for (const each of all) each()
    all.clear()
  }
  signal.addEventListener('abort', react, { once: true })
  return all
}
