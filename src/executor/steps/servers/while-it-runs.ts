import type { StepContext } from '../step-context.js'

/** Waits for a server as long as it runs: one that somebody stops or terminates meanwhile, or whose endpoint is gone, never answers. */
export async function whileItRuns<Result>(
  instanceId: string,
  { ports, signal }: Pick<StepContext, 'ports' | 'signal'>,
  wait: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController()
  const either = AbortSignal.any(signal === undefined ? [over.signal] : [signal, over.signal])
  try {
    return await Promise.race([wait(either), ports.cloud.untilItEnds({ instanceId, signal: either })])
  } finally {
    over.abort()
  }
}
