import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { connectQueue } from '../../../../src/fleet/redis/connection.js'
import { newJob, newRound } from '../../../../src/fleet/jobs/new-job.js'
import { queueAddressOf } from '../../../../src/fleet/redis/queue-address.js'
import { createRedisEngine } from '../../../../src/fleet/redis/redis-engine.js'
import type { FleetJob, JobReport } from '../../../../src/fleet/types.js'
import { cleanEnvironment, runEvenkeel, temporaryDirectory } from '../../evenkeel.js'
import { startRedis, type RedisServer } from '../../fleet/redis-server.js'
import { fleetText, stackText, type StackWish } from './fleet-files.js'
import { startFleetProcess, type FleetProcess } from './fleet-processes.js'

/** A sandbox, a Redis that keeps what it is told, and whatever works and asks there. */
export interface FleetWorld {
  readonly redis: RedisServer
  readonly client: EC2Client
  write(wishes: readonly StackWish[]): void
  worker(isElsewhere: boolean): FleetProcess
  /** Asks for one job of each; all that was reported of each, by stack. */
  carriedOut(kind: FleetJob['kind'], asked: ReadonlyMap<string, string | undefined>): Promise<Outcomes>
  /** From now on EC2 makes no faults of its own. */
  calm(): Promise<void>
  remove(): Promise<void>
}

/** Reports by stack's name: one of each, where nothing is wrong. */
export type Outcomes = ReadonlyMap<string, readonly JobReport[]>

/** It is told to end, or whoever has started it was killed (scripts/proof.mjs): nobody else ends what goes on here. */
const leaving = ['disconnect', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** As many times faster than the machine's is the clock of EC2 and of its locks: a lease of a minute is one of three seconds. */
const clock = '20x'

export async function openFleetWorld(chaos: string): Promise<FleetWorld> {
  const { path: directory, remove } = temporaryDirectory('fleet-chaos')
  const env = {
    EVENKEEL_SANDBOX_DIR: join(directory, 'sandbox'),
    HOME: directory,
    XDG_STATE_HOME: join(directory, 'state'),
  }
  const evenkeel = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await runEvenkeel(words, { cwd: directory, env: cleanEnvironment(env) })
    if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`)
    return stdout
  }
  const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  const workers: FleetProcess[] = []
  let client: EC2Client | undefined
  let opening: Promise<void> = Promise.resolve()
  const world = {
    redis,
    get client() {
      if (!client) throw new Error('the world is not open')
      return client
    },
    write(wishes: readonly StackWish[]) {
      for (const wish of wishes) writeFileSync(join(directory, `${wish.name}.stack.yaml`), stackText(wish))
      writeFileSync(join(directory, 'fleet.yaml'), fleetText(wishes))
    },
    worker(isElsewhere: boolean) {
      const words = ['--queue', redis.url, '--at-once', '3', '--grace', '1s']
      const worker = startFleetProcess(words, { cwd: directory, env, isElsewhere })
      workers.push(worker)
      return worker
    },
    async carriedOut(kind: FleetJob['kind'], asked: ReadonlyMap<string, string | undefined>) {
      const connection = connectQueue(queueAddressOf(redis.url, undefined), () => undefined)
      const placeOf = (id: string) => ({ stack: nameOf(id), account: 'sandbox', region: 'us-east-1' })
      const engine = createRedisEngine({ connection, fleet: 'chaos', placeOf, say: () => undefined })
      const outcomes = new Map<string, JobReport[]>([...asked.keys()].map((name) => [name, []]))
      const round = newRound()
      const jobs = [...asked].map(([name, plan]) =>
        newJob({ id: `${name}.stack.yaml`, commit: undefined }, { fleet: 'chaos', round, kind, plan }),
      )
      const on = {
        began: () => undefined,
        progressed: () => undefined,
        ended: (report: JobReport) => void outcomes.get(nameOf(report.id))?.push(report),
      }
      try {
        await engine.carryOut(jobs, on, new AbortController().signal)
        return outcomes
      } finally {
        await engine.close()
        await connection.close()
      }
    },
    async calm() {
      await evenkeel('sandbox', 'down')
      await opened('off')
    },
    async remove() {
      for (const name of leaving) process.off(name, leave)
      for (const worker of workers) worker.kill('SIGCONT')
      for (const worker of workers) worker.kill('SIGKILL')
      await Promise.all(workers.map(({ ended }) => ended))
      client?.destroy()
      await redis.remove()
      // One that is still starting could not be told to end.
      await opening.catch(() => undefined)
      await runEvenkeel(['sandbox', 'down'], { cwd: directory, env })
      remove()
    },
  }
  const leave = () => void world.remove().finally(() => process.exit(1))
  for (const name of leaving) process.once(name, leave)
  // It is listened to, and not waited for.
  process.channel?.unref()

  function opened(faults: string): Promise<void> {
    opening = up(faults)
    return opening
  }

  async function up(faults: string): Promise<void> {
    await evenkeel('sandbox', 'up', '--hosts', 'none', '--clock', clock, '--chaos', faults)
    const { endpoint, region, accessKeyId, secretAccessKey } = JSON.parse(
      await evenkeel('sandbox', 'status', '--json'),
    ) as Record<'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey', string>
    client?.destroy()
    // It counts in the middle of EC2's faults, too.
    client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 20 })
  }

  try {
    await opened(chaos)
    return world
  } catch (error) {
    await world.remove()
    throw error
  }
}

function nameOf(id: string): string {
  return id.replace('.stack.yaml', '')
}
