/** What is waited for, or nothing as soon as it is to stop: Redis may be gone, and then nothing comes. */
export async function orStopped<Value>(stop: AbortSignal, work: Promise<Value>): Promise<Value | undefined> {
  if (stop.aborted) return undefined
  let release = (): void => undefined
  const stopped = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined)
  })
  stop.addEventListener('abort', release, { once: true })
  try {
    return await Promise.race([work, stopped])
  } finally {
    stop.removeEventListener('abort', release)
  }
}

/** Waits for some work, and no longer than so. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const ended = new AbortController()
  await Promise.race([work.finally(() => ended.abort()), pause(ms, ended.signal)])
}

/** Ends early, without a complaint, when it is to stop. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve()
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
  })
}
