import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../../src/core/clock.js'
import type { RedisServer } from '../../fleet/redis-server.js'
import type { FleetProcess } from './fleet-processes.js'

/** What is done to workers and to Redis, with how often of a hundred. */
const troubles = {
  'kill -9': 30,
  SIGTERM: 20,
  SIGSTOP: 15,
  'Redis killed': 10,
  'Redis killed and emptied': 10,
  FLUSHALL: 15,
} as const
export type Trouble = keyof typeof troubles
/** How often, and how often of these while an apply was under way: of that worker, where it was one worker's trouble, else of any. */
export interface Times {
  readonly all: number
  readonly amid: number
}
export type Troubles = Readonly<Record<Trouble, Times>>

/** Longer than the lease of a job, and of a stack, in Redis and (twenty times faster) in EC2. */
const stoppedMs = 17_000
/** Chosen: an apply is waited for so long, because what happens between applies proves little. */
const awaitedMs = 4000
/** Chosen: about as long as an apply takes here, so that trouble comes at its beginning, its middle and its end. */
const intoApplyMs = 700

export interface TroubleOptions {
  readonly redis: RedisServer
  readonly random: Random
  readonly startWorker: () => FleetProcess
  /** How many workers there are when nothing happens. */
  readonly workers: number
  /** Between two troubles, on average. */
  readonly pauseMs: number
}

/** Makes trouble, one after the other, until it is to end; then all workers live, and Redis is there. What was done, and what was wrong about it. */
export function makeTrouble({ redis, random, startWorker, workers: count, pauseMs }: TroubleOptions) {
  const done = new Map<Trouble, Times>()
  const problems: string[] = []
  const workers = Array.from({ length: count }, startWorker)
  const stopped = new Set<number>()
  const afterwards: Promise<void>[] = []
  let isOver = false
  let isStopped = false

  const free = (): number[] =>
    workers.flatMap((worker, index) => (worker.isAlive() && worker.said() !== '' && !stopped.has(index) ? [index] : []))
  const applying = (): number[] => free().filter((index) => isApplying(workers[index]))

  /** Some worker, in the middle of an apply where there is one. */
  function some(): number | undefined {
    const [busy, all] = [applying(), free()]
    const among = busy.length > 0 ? busy : all
    return among[Math.floor(random() * among.length)]
  }

  function note(trouble: Trouble, isAmid: boolean): void {
    const { all, amid } = done.get(trouble) ?? { all: 0, amid: 0 }
    done.set(trouble, { all: all + 1, amid: amid + (isAmid ? 1 : 0) })
  }

  /** One worker's trouble. */
  function ofOne(trouble: Trouble): number | undefined {
    const index = some()
    if (index !== undefined) note(trouble, isApplying(workers[index]))
    return index
  }

  const acts: Record<Trouble, () => Promise<void>> = {
    async 'kill -9'() {
      const index = ofOne('kill -9')
      if (index === undefined) return
      workers[index]?.kill('SIGKILL')
      await workers[index]?.ended
      await sleep(random() * 2000)
      workers[index] = startWorker()
    },
    SIGTERM() {
      const index = ofOne('SIGTERM')
      const worker = index === undefined ? undefined : workers[index]
      if (index === undefined || worker === undefined) return Promise.resolve()
      stopped.add(index)
      worker.kill('SIGTERM')
      const end = async () => {
        const code = await worker.ended
        if (code !== 0) problems.push(`a worker that got SIGTERM ended with ${code}: ${worker.said().slice(-500)}`)
        workers[index] = startWorker()
        stopped.delete(index)
      }
      afterwards.push(end())
      return Promise.resolve()
    },
    SIGSTOP() {
      // One at a time: where all stand still nothing goes on that could be disturbed.
      if (isStopped) return Promise.resolve()
      const index = ofOne('SIGSTOP')
      const worker = index === undefined ? undefined : workers[index]
      if (index === undefined || worker === undefined) return Promise.resolve()
      stopped.add(index)
      isStopped = true
      worker.kill('SIGSTOP')
      const goOn = async () => {
        await sleep(stoppedMs)
        worker.kill('SIGCONT')
        stopped.delete(index)
        isStopped = false
      }
      afterwards.push(goOn())
      return Promise.resolve()
    },
    async 'Redis killed'() {
      note('Redis killed', applying().length > 0)
      await redis.kill()
      await sleep(random() * 3000)
      await redis.start()
    },
    async 'Redis killed and emptied'() {
      note('Redis killed and emptied', applying().length > 0)
      await redis.kill()
      redis.forget()
      await sleep(random() * 3000)
      await redis.start()
    },
    async FLUSHALL() {
      note('FLUSHALL', applying().length > 0)
      await redis.client.flushall()
    },
  }

  async function anApply(): Promise<void> {
    for (let waited = 0; waited < awaitedMs && !isOver && applying().length === 0; waited += 25) await sleep(25)
    await sleep(random() * intoApplyMs)
  }

  const making = (async () => {
    for (;;) {
      await sleep(pauseMs * (0.2 + random() * 1.6))
      await anApply()
      if (isOver) return
      await acts[drawn(random)]()
    }
  })()

  return {
    done: (): Troubles => troublesOf((trouble) => done.get(trouble) ?? { all: 0, amid: 0 }),
    problems,
    workers: () => workers,
    async end() {
      isOver = true
      await making
      await Promise.all(afterwards)
    },
  }
}

/** Whether a worker has begun applies that have not ended, as it says itself. */
function isApplying(worker: FleetProcess | undefined): boolean {
  const said = worker?.said() ?? ''
  const begun = said.match(/^apply of \S+ begins$/gm)?.length ?? 0
  return begun > (said.match(/^apply of [^\s:]+: /gm)?.length ?? 0)
}

/** Of each, what somebody knows of it. */
export function troublesOf(timesOf: (trouble: Trouble) => Times): Troubles {
  const names = Object.keys(troubles) as Trouble[]
  return Object.fromEntries(names.map((name) => [name, timesOf(name)])) as Record<Trouble, Times>
}

function drawn(random: Random): Trouble {
  let left = random() * 100
  for (const [trouble, share] of Object.entries(troubles) as [Trouble, number][]) {
    left -= share
    if (left < 0) return trouble
  }
  return 'kill -9'
}
