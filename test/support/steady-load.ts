import { Agent, get } from 'node:http'

/** What became of the requests that were sent. */
export interface LoadResult {
  readonly requests: number
  /** Status or error of each that was not answered with 200, with when it was sent after the beginning. */
  readonly failures: readonly { readonly atMs: number; readonly why: string }[]
  /** How many were answered by whom, as `X-Served-By` says. */
  readonly servedBy: ReadonlyMap<string, number>
}

/** Asks for a page so many times a second, each time by a connection of its own or by ones that are kept, until it is stopped. */
export function steadyLoad(
  url: string,
  { perSecond, keepAlive = false }: { readonly perSecond: number; readonly keepAlive?: boolean },
): { stop(): Promise<LoadResult> } {
  const agent = new Agent({ keepAlive, maxSockets: 64 })
  const begun = performance.now()
  const failures: { atMs: number; why: string }[] = []
  const servedBy = new Map<string, number>()
  const going = new Set<Promise<void>>()
  let requests = 0
  let stopped: Promise<LoadResult> | undefined
  const ask = () =>
    new Promise<void>((resolve) => {
      const atMs = Math.round(performance.now() - begun)
      requests += 1
      const fail = (why: string) => {
        failures.push({ atMs, why })
        resolve()
      }
      const request = get(url, { agent, timeout: 60_000 }, (response) => {
        response.on('error', (error) => fail(error.message))
        response.on('end', () => {
          if (response.statusCode !== 200) return fail(`${response.statusCode}`)
          const name = String(response.headers['x-served-by'])
          servedBy.set(name, (servedBy.get(name) ?? 0) + 1)
          resolve()
        })
        response.resume()
      })
      request.on('timeout', () => request.destroy(new Error('no answer in a minute')))
      request.on('error', (error) => fail(error.message))
    })
  const timer = setInterval(() => {
    const asked = ask()
    going.add(asked)
    void asked.then(() => going.delete(asked))
  }, 1000 / perSecond)
  return {
    stop: () => (stopped ??= stop()),
  }
  async function stop(): Promise<LoadResult> {
    clearInterval(timer)
    await Promise.all(going)
    agent.destroy()
    return { requests, failures, servedBy }
  }
}
