import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { connectQueue } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { createReportStore } from '../../../src/fleet/redis/report-store.js'
import { connectSharedBuckets } from '../../../src/fleet/redis/shared-buckets.js'
import { runFleetWorker } from '../../../src/fleet/redis/worker/fleet-worker.js'
import { openWorkshop } from '../../../src/fleet/redis/worker/workshop.js'
import type { FleetStack } from '../../../src/fleet/types.js'
import { carriedOutBy, plainStack } from '../../support/fleet/plain-workers.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { startGitServer, type GitServer } from '../stacks/git-server.js'

const textOf = (volumes: readonly string[]) =>
  `evenkeel: 1\nstack: web\ntarget: sandbox\nvolumes:\n${volumes.map((name) => `  ${name}: { size: 1, zone: us-east-1a }\n`).join('')}`

describe.skipIf(noRedisBecause !== undefined)('a job of a commit', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-old-commit-'))
  const fleet = 'commits'
  const stop = new AbortController()
  const said: string[] = []
  let server: GitServer
  let world: SandboxWorld
  let redis: RedisServer
  let working: Promise<void> | undefined

  beforeAll(async () => {
    server = await startGitServer(folder)
    world = await startSandboxWorld('fleet-commits', ['--hosts', 'none'])
    redis = await startRedis()
    for (const [name, value] of Object.entries(world.env)) vi.stubEnv(name, value)
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
    vi.stubEnv('GIT_SSL_CAINFO', server.certificate)
  })
  afterAll(async () => {
    stop.abort()
    await working
    await redis?.remove()
    await world?.remove()
    await server?.close()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
  })

  function startWorker(): void {
    const address = queueAddressOf(redis.url, undefined)
    const say = (text: string) => void said.push(text)
    const connection = connectQueue(address, say)
    const buckets = connectSharedBuckets(address, fleet)
    const workshop = openWorkshop({
      file: join(folder, 'fleet.yaml'),
      plans: join(folder, 'plans'),
      sandboxDir: world.env['EVENKEEL_SANDBOX_DIR'],
      environment: {},
      buckets,
      say,
    })
    const store = createReportStore(connection.redis, fleet)
    working = runFleetWorker(
      { connection, store, workshop, atOnce: 2, graceMs: 1000, worker: 'one', say },
      stop.signal,
    ).then(async () => {
      buckets.close()
      await connection.close()
    })
  }

  it('is carried out with the files of that commit, however far the branch has gone since', async () => {
    const [old, middle] = [['a'], ['a', 'b']].map((volumes) =>
      server.commit('infra', 'main', { 'web.yaml': textOf(volumes) }),
    )
    const newest = server.commit('infra', 'main', { 'web.yaml': textOf(['a', 'b', 'c']) })
    const source = `  - { git: '${server.url}/infra', branch: main, files: ['*.yaml'] }`
    writeFileSync(join(folder, 'fleet.yaml'), `evenkeel: 1\nfleet: ${fleet}\nstacks:\n${source}\n`)
    startWorker()
    const stack = (commit: string | undefined): FleetStack => ({
      ...plainStack('web'),
      id: 'infra:web.yaml',
      commit,
    })
    const ask = async (commit: string | undefined, kind: 'plan' | 'apply', plan?: string) => {
      const job = newJob(stack(commit), { fleet, round: newRound(), kind, plan })
      const [report] = await carriedOutBy({ url: redis.url, fleet }, [stack(commit)], [job])
      return report
    }
    for (const [commit, words] of [
      [old, '1 to create'],
      [newest, '3 to create'],
      [middle, '2 to create'],
    ] as const) {
      expect([commit, (await ask(commit, 'plan'))?.words, said]).toEqual([commit, words, expect.anything()])
    }
    const planned = await ask(old, 'plan')
    const applied = await ask(old, 'apply', planned?.plan)
    expect(applied?.words).toBe('applied: 1 to create')
  })
})
