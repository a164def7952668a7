import { connect } from 'node:net'
import fc from 'fast-check'
import { DescribeAvailabilityZonesCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { clientOf, testSandbox } from './support.js'

let sandbox: Sandbox
let client: EC2Client
beforeAll(async () => {
  sandbox = await testSandbox()
  client = clientOf(sandbox)
})

const expectAlive = async () => {
  expect((await client.send(new DescribeAvailabilityZonesCommand({}))).AvailabilityZones).toHaveLength(6)
}

describe('a request that is garbage', () => {
  it('is answered with an error of its kind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'GET', 'PUT', 'DELETE', 'PATCH'),
        fc.webPath(),
        fc.uint8Array({ maxLength: 2_000 }),
        fc.dictionary(
          fc.constantFrom('authorization', 'x-amz-date', 'x-amz-target', 'content-type'),
          fc.stringMatching(/^[ -~]{0,60}$/),
        ),
        async (method, path, body, headers) => {
          const response = await fetch(`${sandbox.endpoint}${path}`, {
            method,
            headers,
            ...(method !== 'GET' && { body: Buffer.from(body) }),
          })
          const text = await response.text()
          expect(response.status).toBeGreaterThanOrEqual(400)
          expect(response.status).toBeLessThan(500)
          expect(text).not.toMatch(/\bat .+\.[jt]s:\d+/)
        },
      ),
      // Found by chance: a body that is no query, before anybody asks who signed it.
      { numRuns: 150, examples: [['POST', '', Uint8Array.from([37]), {}]] },
    )
    await expectAlive()
  })

  it('is no HTTP at all, is cut, or has a header without an end', async () => {
    const { hostname, port } = new URL(sandbox.endpoint)
    const texts = [
      '\0\0\0\0\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\nx',
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      `POST / HTTP/1.1\r\n${'a: b\r\n'.repeat(5_000)}\r\n`,
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nshort',
    ]
    for (const text of texts) {
      await new Promise<void>((resolve) => {
        const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(text))
        socket.on('error', () => undefined)
        socket.on('close', () => resolve())
        socket.resume()
      })
    }
    await expectAlive()
  })
})
