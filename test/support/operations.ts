import { Session, type Profiler } from 'node:inspector'
import { setFlagsFromString } from 'node:v8'

/** How often each function was called and each turn of a loop or branch was taken, by its place in the code. */
export type Operations = ReadonlyMap<string, number>

export interface OperationCounter<Loaded> {
  /** What is done while `work` runs in the code that was loaded. */
  of(work: (loaded: Loaded) => unknown): Promise<Operations>
  stop(): void
}

/** What would lose counts: compiled code does not count all, and code that was compiled before counts calls alone. */
const flags = ['opt', 'maglev', 'flush-bytecode', 'compilation-cache']

/**
 * Counts operations in evenkeel's own code by the engine's counters: the same at each run and on every machine, so that growth
 * is told without a clock. `load` must load the code anew. What a built-in does inside (`includes`, a spread) is not seen.
 */
export async function countOperations<Loaded>(load: () => Promise<Loaded>): Promise<OperationCounter<Loaded>> {
  for (const flag of flags) setFlagsFromString(`--no-${flag}`)
  const session = new Session()
  session.connect()
  await ask(session, 'Profiler.enable')
  await ask(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const loaded = await load()
  return {
    async of(work) {
      await ask(session, 'Profiler.takePreciseCoverage')
      work(loaded)
      return operationsIn(await ask(session, 'Profiler.takePreciseCoverage'))
    },
    stop() {
      session.disconnect()
      for (const flag of flags) setFlagsFromString(`--${flag}`)
    },
  }
}

function operationsIn({ result }: Profiler.TakePreciseCoverageReturnType): Operations {
  const counts = new Map<string, number>()
  for (const { url, functions } of result) {
    const [, file] = /\/(src\/.*)$/.exec(url) ?? []
    if (file === undefined) continue
    for (const { functionName, ranges } of functions) {
      for (const { count, startOffset } of ranges) {
        const place = `${file} ${functionName}@${startOffset}`
        counts.set(place, (counts.get(place) ?? 0) + count)
      }
    }
  }
  return counts
}

function ask(session: Session, method: 'Profiler.takePreciseCoverage'): Promise<Profiler.TakePreciseCoverageReturnType>
function ask(session: Session, method: string, parameters?: object): Promise<unknown>
function ask(session: Session, method: string, parameters: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result)))
  })
}
