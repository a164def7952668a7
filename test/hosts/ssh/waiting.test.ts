import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateOpensshKeyPair } from '../../../src/core/openssh-key.js'
import type { HostAccess } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { at } from '../../support/live-stack.js'

/** A port at which somebody listens and says nothing: an attempt to connect takes its whole time. */
let mute: Server
let directory: string
let access: HostAccess
let connections = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evenkeel-waiting-'))
  const { privateKey, publicKey } = generateOpensshKeyPair('')
  await writeFile(join(directory, 'key'), privateKey, { mode: 0o600 })
  mute = createServer(() => (connections += 1)).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port } = mute.address() as AddressInfo
  access = {
    address: at('server.web'),
    instanceId: 'i-1',
    hostname: '127.0.0.1',
    port,
    user: 'admin',
    hostKey: publicKey,
    privateKeyPath: join(directory, 'key'),
  }
})
afterAll(async () => {
  mute.close()
  await rm(directory, { recursive: true })
})

test('who waits for a server is let go at once when nobody waits any more', async () => {
  const hosts = createHosts()
  const interrupt = new AbortController()
  const waiting = hosts.waitUntilReady(access, { timeoutMs: 600_000, signal: interrupt.signal })
  await once(mute, 'connection')
  interrupt.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  hosts.close()
})

test('a server may be given less time to answer than all of it takes', async () => {
  const hosts = createHosts()
  const onAnswer = () => expect.unreachable('nothing answers')
  const waiting = hosts.waitUntilReady(access, { timeoutMs: 600_000, answerMs: 50, onAnswer })
  await expect(waiting).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
  expect(connections).toBeGreaterThan(0)
  hosts.close()
})
