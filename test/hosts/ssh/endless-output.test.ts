import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostPort } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { StubServer } from '../../support/stub-server/stub-server.js'

describe('a server that says too much', () => {
  let server: StubServer
  let hosts: HostPort
  beforeAll(async () => {
    server = await StubServer.start()
    hosts = createHosts()
  })
  afterAll(async () => {
    hosts?.close()
    await server?.stop()
  })

  it('in a line without an end is heard in pieces', async () => {
    const lengths: number[] = []
    const bytes = 4_000_000
    await hosts.run(server.access, `head -c ${bytes} /dev/zero | tr '\\0' x`, (line) => lengths.push(line.length))
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bytes)
    expect(Math.max(...lengths)).toBeLessThan(200_000)
  })

  it('where its answer is read whole is told as an error, and not heard to the end', async () => {
    server.probes = [Buffer.alloc(20 * 1024 * 1024, 'x')]
    expect(await hosts.probe(server.access)).toMatchObject({
      kind: 'unreadable',
      reason: 'on server.web, `probe` printed more than 16 MiB, and was ended',
    })
  })
})
