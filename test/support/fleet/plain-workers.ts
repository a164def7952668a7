import { connectQueue } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { createRedisEngine } from '../../../src/fleet/redis/redis-engine.js'
import { createReportStore } from '../../../src/fleet/redis/report-store.js'
import { runFleetWorker } from '../../../src/fleet/redis/worker/fleet-worker.js'
import type { FleetJob, FleetSpec, FleetStack, JobReport } from '../../../src/fleet/types.js'

/** What comes of a job, where a test is about its way through the queue alone. */
export type PlainWork = (job: FleetJob, signal: AbortSignal) => Partial<JobReport> | Promise<Partial<JobReport>>

/** Workers in this process whose work is what a test says; Redis, queues, locks and reports are those of the product. */
export interface PlainWorker {
  readonly said: () => string
  stop(): Promise<void>
}

export interface PlainFleet {
  readonly url: string
  readonly fleet: string
}

export function startPlainWorker(
  { url, fleet }: PlainFleet,
  stacks: readonly FleetStack[],
  work: PlainWork,
  { name = 'one', path = '/nowhere/fleet.yaml', atOnce = 4, graceMs = 5000 } = {},
): PlainWorker {
  const said: string[] = []
  const stop = new AbortController()
  const connection = connectQueue(queueAddressOf(url, undefined), (text) => said.push(text))
  const spec: FleetSpec = { name: fleet, path, sources: [], rules: [], limits: [], notifications: [] }
  const running = runFleetWorker(
    {
      connection,
      store: createReportStore(connection.redis, fleet),
      workshop: {
        read: () => Promise.resolve({ spec, stacks }),
        stackOf: (job) => Promise.resolve(stacks.find(({ id }) => id === job.stack)),
        carryOut: async (job, stack, _now, _progressed, signal) => {
          const beganAt = new Date().toISOString()
          const came = await work(job, signal)
          return { ...reported(job, stack), beganAt, endedAt: new Date().toISOString(), ...came }
        },
      },
      atOnce,
      graceMs,
      worker: name,
      say: (text) => said.push(text),
    },
    stop.signal,
  )
  return {
    said: () => said.join('\n'),
    async stop() {
      stop.abort()
      await running
      await connection.close()
    },
  }
}

/** Asks as the commands do; resolves with what was reported. */
export async function carriedOutBy(
  { url, fleet }: PlainFleet,
  stacks: readonly FleetStack[],
  jobs: readonly FleetJob[],
): Promise<readonly JobReport[]> {
  const connection = connectQueue(queueAddressOf(url, undefined), () => undefined)
  const placeOf = (id: string) => stacks.find((stack) => stack.id === id)?.place
  const engine = createRedisEngine({ connection, fleet, placeOf, say: () => undefined })
  const reports: JobReport[] = []
  const ended = (report: JobReport) => void reports.push(report)
  try {
    await engine.carryOut(
      jobs,
      { began: () => undefined, progressed: () => undefined, ended },
      new AbortController().signal,
    )
    return reports.toSorted((left, right) => (left.id < right.id ? -1 : 1))
  } finally {
    await engine.close()
    await connection.close()
  }
}

export function plainStack(
  name: string,
  settings: Partial<FleetStack['settings']> = {},
  region = 'us-east-1',
): FleetStack {
  return {
    id: `${name}.stack.yaml`,
    file: `/nowhere/${name}.stack.yaml`,
    commit: undefined,
    settings: {
      target: undefined,
      variables: {},
      variableFiles: [],
      driftSchedule: undefined,
      apply: 'after-review',
      checks: undefined,
      ...settings,
    },
    place: { stack: name, account: 'sandbox', region },
    problem: undefined,
  }
}

function reported(job: FleetJob, { id, place }: FleetStack): Omit<JobReport, 'beganAt' | 'endedAt'> {
  return {
    formatVersion: 1,
    round: job.round,
    kind: job.kind,
    id,
    place,
    state: 'in-sync',
    words: 'done',
    text: 'done\n',
    exitCode: 0,
    errorCode: undefined,
    lockedBy: undefined,
    plan: job.plan,
  }
}
