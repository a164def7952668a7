import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BugError, EvenkeelError } from '../../../../src/core/errors.js'
import { createEc2Cloud } from '../../../../src/providers/ec2/cloud.js'
import { instantClock } from '../../support.js'

/** What an endpoint may answer that is none, or is half of one: status, type, body. */
const answers: Readonly<Record<string, readonly [status: number, type: string, body: string]>> = {
  'a page': [200, 'text/html', '<html><body>It works!</body></html>'],
  'a page of a proxy': [503, 'text/html', '<html><h1>Service Unavailable</h1>'],
  nothing: [200, 'text/xml', ''],
  'half of an answer': [200, 'text/xml', '<DescribeVolumesResponse><volumeSet><item><volumeId>vol-1'],
  'no XML': [200, 'text/xml', '{"a": 1}'],
  'bytes that are no text': [200, 'text/xml', '\u0000\u0001\u0002'],
  'entities that grow': [
    200,
    'text/xml',
    '<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;&b;&b;</a>',
  ],
  // The SDK's reader takes time by the square of them: half an hour.
  'a million document types': [200, 'text/xml', '<!DocType a>'.repeat(1_000_000)],
  'elements in elements': [200, 'text/xml', '<a>'.repeat(100_000)],
  'a way to elsewhere': [302, 'text/html', '<html>moved</html>'],
  'an error without a code': [400, 'text/xml', '<Response><Errors><Error></Error></Errors></Response>'],
  'an error that is a page': [403, 'text/html', '<html>forbidden</html>'],
  'an error in JSON': [400, 'application/json', '{"__type":"Oops"}'],
  'a member of the prototype': [200, 'text/xml', '<R><__proto__><polluted>yes</polluted></__proto__></R>'],
}

describe('an endpoint that answers with garbage', () => {
  let server: Server
  let answer: readonly [number, string, string]

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume()
      request.on('end', () => {
        const [status, type, body] = answer
        response.writeHead(status, { 'content-type': type })
        response.end(body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it.each(Object.entries(answers))(
    '%s, is told as an error, and believed to be no empty world',
    async (_what, garbage) => {
      answer = garbage
      const { port } = server.address() as AddressInfo
      const target = {
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${port}`,
        credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' },
      }
      const cloud = createEc2Cloud(target, { clock: instantClock() })
      try {
        const query = { stack: 'demo', images: [], subnets: [], operatorIp: false, volumeIds: [], snapshotIds: [] }
        const said: unknown = await cloud.observe(query).then(
          (facts) => facts,
          (error: unknown) => error,
        )
        expect(said).toBeInstanceOf(EvenkeelError)
        expect(said).not.toBeInstanceOf(BugError)
        expect((said as Error).message).not.toBe('')
        // Node's own words are no code of EC2's.
        expect((said as Error).message).not.toMatch(/\((?:Range|Type|Syntax)Error\)/)
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      } finally {
        cloud.close()
      }
    },
  )
})
