import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { holdListener, tryListener } from '../../../src/sandbox/hosts/locks.js'

test('a place that a living process holds is not had, and is when that lets go', async () => {
  // Not a port: between letting go and taking again, any other process may get it.
  const place = { path: `\0evenkeel-test-lock-${process.pid}` }
  const lock = await holdListener(place)
  expect(await holdListener(place)).toBeUndefined()
  expect(await tryListener(place)).toBeUndefined()
  await lock?.release()
  await (await tryListener(place))!.release()
})

test('the end of a holder that answers nobody any more is awaited', async () => {
  const place = await freePlace()
  const child = spawn(process.execPath, ['-e', silentHolder, String(place.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  expect(await tryListener(place)).toBeUndefined()
  const lock = await holdListener(place)
  expect(lock).toBeDefined()
  await lock?.release()
  await ended
})

/** Listens and does no more, as the last thread of a killed process does, for half a second. */
const silentHolder = `
require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1', () => {
  require('node:fs').writeSync(1, 'listening')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  process.kill(process.pid, 'SIGKILL')
})`

async function freePlace(): Promise<{ readonly host: string; readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return { host: '127.0.0.1', port }
}
