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
export type Troubles = Record<Trouble, number>

/** Longer than the lease of a job, and of a stack, in Redis and (twenty times faster) in EC2. */
const stoppedMs = 17_000

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
  const done: Troubles = {
    'kill -9': 0,
    SIGTERM: 0,
    SIGSTOP: 0,
    'Redis killed': 0,
    'Redis killed and emptied': 0,
    FLUSHALL: 0,
  }
  const problems: string[] = []
  const workers = Array.from({ length: count }, startWorker)
  const stopped = new Set<number>()
  const afterwards: Promise<void>[] = []
  let isOver = false

  function some(): number | undefined {
    const free = workers.flatMap((worker, index) =>
      worker.isAlive() && worker.said() !== '' && !stopped.has(index) ? [index] : [],
    )
    return free[Math.floor(random() * free.length)]
  }

  const acts: Record<Trouble, () => Promise<void>> = {
    async 'kill -9'() {
      const index = some()
      if (index === undefined) return
      workers[index]?.kill('SIGKILL')
      await workers[index]?.ended
      await sleep(random() * 2000)
      workers[index] = startWorker()
    },
    SIGTERM() {
      const index = some()
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
      const index = some()
      const worker = index === undefined ? undefined : workers[index]
      if (index === undefined || worker === undefined) return Promise.resolve()
      stopped.add(index)
      worker.kill('SIGSTOP')
      const goOn = async () => {
        await sleep(stoppedMs)
        worker.kill('SIGCONT')
        stopped.delete(index)
      }
      afterwards.push(goOn())
      return Promise.resolve()
    },
    async 'Redis killed'() {
      await redis.kill()
      await sleep(random() * 3000)
      await redis.start()
    },
    async 'Redis killed and emptied'() {
      await redis.kill()
      redis.forget()
      await sleep(random() * 3000)
      await redis.start()
    },
    async FLUSHALL() {
      await redis.client.flushall()
    },
  }

  const making = (async () => {
    while (!isOver) {
      await sleep(pauseMs * (0.2 + random() * 1.6))
      const trouble = drawn(random)
      done[trouble] += 1
      await acts[trouble]()
    }
  })()

  return {
    done,
    problems,
    workers: () => workers,
    async end() {
      isOver = true
      await making
      await Promise.all(afterwards)
    },
  }
}

function drawn(random: Random): Trouble {
  let left = random() * 100
  for (const [trouble, share] of Object.entries(troubles) as [Trouble, number][]) {
    left -= share
    if (left < 0) return trouble
  }
  return 'kill -9'
}
