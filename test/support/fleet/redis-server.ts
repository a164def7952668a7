import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { dyingWithParent } from '../dies-with-parent.js'
import { temporaryDirectory } from '../evenkeel.js'
import { missingProgram } from '../missing-program.js'

/** Why tests with a queue do not run on this machine; undefined where they do. */
export const noRedisBecause = missingProgram('redis-server', 'redis-server')

/** A Redis of a test's own, on a loopback port; it keeps nothing on disk unless it is told to, so that ending it loses all. */
export interface RedisServer {
  /** For `--queue`. */
  readonly url: string
  readonly port: number
  /** For the test's own look at what stands in it. */
  readonly client: Redis
  kill(): Promise<void>
  /** Anew, on the same port, with what it kept: by itself nothing. */
  start(): Promise<void>
  /** Takes away what it keeps on disk, between `kill` and `start`. */
  forget(): void
  remove(): Promise<void>
}

export async function startRedis(words: readonly string[] = []): Promise<RedisServer> {
  const { path, remove } = temporaryDirectory('redis')
  const port = await freePort()
  let child: ChildProcess | undefined
  const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', path, '--save', '', '--appendonly', 'no']

  async function start(): Promise<void> {
    const [program, args] = dyingWithParent(['redis-server', ...where, ...words])
    child = spawn(program, args, { stdio: 'ignore' })
    await client.ping()
  }
  async function kill(): Promise<void> {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill('SIGKILL')
    await ended
  }

  const password = words[words.indexOf('--requirepass') + 1]
  const client = new Redis({
    port,
    host: '127.0.0.1',
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    ...(words.includes('--requirepass') && password !== undefined && { password }),
  })
  client.on('error', () => undefined)
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    client,
    kill,
    start,
    forget() {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true })
    },
    async remove() {
      client.disconnect()
      await kill()
      remove()
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
