import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createProcesses, endOf } from '../../scripts/support/demo-processes.mjs'
import { cli, withSandboxDirectory } from './cli.mjs'
import { cpuSecondsOf, rssMiBOf, runExpecting } from './measure.mjs'
import { stackOfServers } from './stack-text.mjs'

/** So many stacks are worked on at one time, whoever does it: what one worker takes by default on two cores. */
export const atOnce = 4

/**
 * Calls `use` with a fleet of so many stacks of four servers and eight volumes that are as their files say, in a sandbox
 * without hosts, and with a Redis; takes everything down afterwards.
 */
export function withFleet(stacks, use) {
  return withSandboxDirectory(async (directory) => {
    const processes = createProcesses()
    try {
      const world = await openWorld(directory, processes, stacks)
      await world.round(['plan'])
      await world.round(['apply', '--yes'])
      return await use(world)
    } finally {
      await processes.endAll()
    }
  })
}

async function openWorld(directory, processes, stacks) {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    EVENKEEL_SANDBOX_DIR: directory,
    XDG_STATE_HOME: join(directory, 'state'),
  }
  const names = Array.from({ length: stacks }, (_, index) => `stack-${String(index).padStart(3, '0')}`)
  mkdirSync(join(directory, 'stacks'))
  const write = (name, volumes = 2) =>
    writeFileSync(join(directory, 'stacks', `${name}.yaml`), stackOfServers(4, { name, volumes }))
  for (const name of names) write(name)
  const limits = `limits: [{ atOnce: ${4 * atOnce} }]\n`
  writeFileSync(
    join(directory, 'fleet.yaml'),
    `evenkeel: 1\nfleet: bench\nstacks: [{ files: ['stacks/*.yaml'] }]\n${limits}`,
  )
  // In one process as many at one time as in one worker.
  const alone = `evenkeel: 1\nfleet: bench\nstacks: [{ files: ['stacks/*.yaml'] }]\n${limits.replace(/\d+/, atOnce)}`
  writeFileSync(join(directory, 'alone.yaml'), alone)
  await runExpecting([0], process.execPath, [cli, 'sandbox', 'up', '--hosts', 'none'], { env, cwd: directory })
  const status = await runExpecting([0], process.execPath, [cli, 'sandbox', 'status', '--json'], { env })
  const { endpoint } = JSON.parse(status.stdout)
  const { url } = await processes.startRedis(directory)

  return {
    names,
    write,
    /** A round in one process, or, with `isQueued`, by the workers: as `runExpecting` measures it. */
    round(words, { isQueued = false } = {}) {
      const how = isQueued ? ['--queue', url] : ['--file', 'alone.yaml']
      return runExpecting([0], process.execPath, [cli, 'fleet', ...words, ...how], { env, cwd: directory })
    },
    async startWorker() {
      const words = [cli, 'fleet', 'worker', '--queue', url, '--at-once', String(atOnce)]
      const child = processes.start(process.execPath, words, {
        cwd: directory,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const lines = createInterface({ input: child.stderr })
      const heard = (pattern) =>
        new Promise((resolve) => {
          const listen = (line) => pattern.test(line) && resolve(lines.off('line', listen))
          lines.on('line', listen)
        })
      await heard(/^Worker /)
      return {
        heard,
        cpuSeconds: () => cpuSecondsOf(child.pid),
        rssMiB: () => rssMiBOf(child.pid),
        end: (signal = 'SIGTERM') => endOf(child, signal),
      }
    },
    /** The calls that the sandbox has answered since then, the oldest first. */
    async requestsSince(time) {
      const requests = await (await fetch(`${endpoint}/_evenkeel/requests`)).json()
      return requests.filter((request) => Date.parse(request.time) >= time)
    },
  }
}
