import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** What is told to end has so long before it is told again, and then to be killed. */
const patienceMs = [500, 3000]

/**
 * What a demonstration starts beside itself, each in a process group of its own, so that Ctrl-C reaches it by `endAll` alone and
 * nothing is left. `isKept`: it ends by itself, whatever happens here.
 */
export function createProcesses() {
  const started = new Set()

  function start(program, args, { isKept = false, ...options }) {
    const child = spawn(program, args, { ...options, detached: true })
    if (!isKept) started.add(child)
    child.on('error', () => started.delete(child))
    child.on('exit', () => started.delete(child))
    return child
  }

  return {
    start,
    /** A Redis on a loopback port of its own that keeps nothing; resolves with its URL when it answers. */
    async startRedis(directory) {
      if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status !== 0)
        throw new Error('redis-server is not on this machine. On Debian: sudo apt-get install redis-server')
      const port = await freePort()
      const keepNothing = ['--save', '', '--appendonly', 'no']
      const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory]
      const redis = start('redis-server', [...where, ...keepNothing], { stdio: ['ignore', 'pipe', 'ignore'] })
      for await (const line of createInterface({ input: redis.stdout })) {
        if (!line.includes('Ready to accept connections')) continue
        redis.stdout.resume()
        return { url: `redis://127.0.0.1:${port}`, redis }
      }
      throw new Error('redis-server ended before it answered')
    },
    /** Told twice, evenkeel leaves at once, and takes its own children and temporary files along. */
    async endAll() {
      for (const ms of patienceMs) {
        const ends = Promise.all([...started].map((child) => endOf(child, 'SIGTERM')))
        if (await endsWithin(ms, ends)) return
      }
      await Promise.all([...started].map((child) => endOf(child, 'SIGKILL')))
    },
  }
}

/** Sends a signal to a process, and waits for its end. */
export async function endOf(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

async function endsWithin(ms, work) {
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, false)))
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
