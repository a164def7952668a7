import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEc2Cloud } from '../../../../src/providers/ec2/cloud.js'
import type { Ec2Api } from '../../../../src/providers/ec2/wire/api.js'
import { readAll } from '../../../../src/providers/ec2/wire/pages.js'
import { instantClock } from '../../support.js'

const mebibyte = Buffer.alloc(1024 * 1024, 'x')

/** As long as somebody listens, but no longer than the test's own machine can take. */
function sendEndless(response: ServerResponse): void {
  let left = 200
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1
      if (!response.write(mebibyte)) {
        response.once('drain', more)
        return
      }
    }
    response.end()
  }
  response.writeHead(200, { 'content-type': 'text/xml' })
  response.write('<DescribeVolumesResponse><requestId>')
  more()
}

describe('an endpoint that answers without end', () => {
  let server: Server
  let sent = 0
  beforeAll(async () => {
    server = createServer((request, response) => {
      let asked = ''
      request.on('data', (chunk: Buffer) => (asked += chunk.toString()))
      response.on('close', () => (sent = Math.max(sent, response.socket?.bytesWritten ?? 0)))
      request.on('end', () => {
        if (asked.includes('Action=DescribeVolumes&')) sendEndless(response)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('with one answer, is told as what it is, before it fills the memory', async () => {
    const target = {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' },
    }
    const cloud = createEc2Cloud(target, { clock: instantClock() })
    const query = { stack: 'demo', images: [], subnets: [], operatorIp: false, volumeIds: [], snapshotIds: [] }
    await expect(cloud.observe(query)).rejects.toMatchObject({
      code: 'EC2_PROTOCOL',
      message: expect.stringContaining('gives an answer of more than 32 MiB') as string,
    })
    cloud.close()
    expect(sent).toBeLessThan(100 * mebibyte.length)
  })

  it('with pages, each of which names another one, is told too', async () => {
    let page = 0
    const api = {
      settings: { pageSize: 1000 },
      endpointName: 'EC2',
      call: () => Promise.resolve({ NextToken: String((page += 1)) }),
    } as unknown as Ec2Api
    await expect(readAll(api, 'DescribeVolumes', {}, ({ Volumes }) => Volumes)).rejects.toThrow(
      'DescribeVolumes at EC2 gives pages for ever',
    )
  })
})
