import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stackKey } from '../../../src/fleet/jobs/job.js'
import { cleanEnvironment, mainPath } from '../../support/evenkeel.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { serveFleetOf, type ServedFleet } from '../../support/fleet/served-page.js'
import { startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { until } from '../../support/until.js'

const id = 'web.stack.yaml'
const key = stackKey(id)

describe.skipIf(noRedisBecause !== undefined)('the page of a fleet with workers', { timeout: 120_000 }, () => {
  let world: SandboxWorld
  let redis: RedisServer
  let served: ServedFleet
  let worker: ChildProcess
  const env = { EVENKEEL_FLEET_PAGE_TOKEN: 'a-token-of-this-test' }
  const headers = { authorization: `Bearer ${env.EVENKEEL_FLEET_PAGE_TOKEN}` }

  beforeAll(async () => {
    world = await startSandboxWorld('page-workers', ['--hosts', 'none'])
    redis = await startRedis()
    world.write({
      'fleet.yaml': "evenkeel: 1\nfleet: acme\nstacks:\n  - files: ['*.stack.yaml']\n",
      [id]: 'evenkeel: 1\nstack: web\ntarget: sandbox\nvolumes:\n  data: { zone: us-east-1a, size: 1, fstype: raw }\n',
    })
    served = await serveFleetOf(world, ['--queue', redis.url], env)
  })
  afterAll(async () => {
    worker?.kill('SIGKILL')
    await served?.end('SIGKILL')
    await redis?.remove()
    await world?.remove()
  })

  const get = async (path: string) => (await fetch(`${served.origin}${path}`, { headers })).text()
  async function press(path: string, form: Readonly<Record<string, string>>): Promise<number> {
    const [, token = ''] = /name="form" value="([^"]+)"/.exec(await get('/')) ?? []
    const body = new URLSearchParams({ form: token, ...form })
    const own = { ...headers, origin: served.origin }
    return (await fetch(`${served.origin}${path}`, { method: 'POST', body, headers: own, redirect: 'manual' })).status
  }

  it('says no token that was given, and that nobody works', async () => {
    expect(served.said()).not.toContain(env.EVENKEEL_FLEET_PAGE_TOKEN)
    expect(await get('/')).toContain('No worker is there.')
  })

  it('puts what is asked for into the queue, once, and shows who does it and what came of it', async () => {
    expect(await press('/work', { plan: key })).toBe(303)
    expect(await press('/work', { plan: key })).toBe(409)
    await until(async () => (await get('/metrics')).includes('region="us-east-1"} 1\n'))
    worker = spawn(process.execPath, [mainPath, 'fleet', 'worker', '--queue', redis.url], {
      cwd: world.directory,
      env: cleanEnvironment(world.env),
      stdio: 'ignore',
    })
    await until(async () => (await get('/')).includes('/apply/'))
    expect(await get('/')).toMatch(/1 worker: \S+\/\d+ \(just now\)/)
    const [path = ''] = new RegExp(`/stack/${key}/apply/[\\w-]+`).exec(await get('/')) ?? []
    const [, digest = ''] = /name="digest" value="(\w+)"/.exec(await get(path)) ?? []
    expect(await press(path, { digest, answer: 'yes' })).toBe(303)
    await until(async () => (await get('/')).includes('applied: 1 to create'))
    const metrics = await get('/metrics')
    const labels = `fleet="acme",stack="${id}",account="sandbox",region="us-east-1",kind="apply"`
    expect(metrics).toContain(`evenkeel_fleet_job_last_exit_code{${labels}} 0\n`)
    expect(metrics).toContain('evenkeel_fleet_workers{fleet="acme"} 1\n')
  })

  it('answers while Redis is gone, and says so', async () => {
    await redis.kill()
    await until(async () => (await get('/')).includes('does not answer'))
    expect(await get('/')).toContain('applied: 1 to create')
    expect(await get('/metrics')).toContain('evenkeel_fleet_readable{fleet="acme"} 0\n')
    worker.kill('SIGKILL')
    await once(worker, 'close')
    await redis.start()
    await until(async () => !(await get('/')).includes('does not answer'))
    expect(await served.end('SIGINT')).toBe(0)
  })
})
