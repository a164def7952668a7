import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createEc2Api } from '../../../src/providers/ec2/wire/api.js'
import { settingsOf } from '../../../src/providers/ec2/wire/ec2-target.js'

let open = 0
let most = 0
const endpoint = createServer((_, response) => {
  open += 1
  most = Math.max(most, open)
  void sleep(5).then(() => {
    open -= 1
    response.setHeader('x-amzn-requestid', 'r-1')
    response.end('<DescribeKeyPairsResponse><keySet/></DescribeKeyPairsResponse>')
  })
})
afterEach(() => {
  endpoint.close()
  endpoint.closeAllConnections()
})

it('no more reads are in flight than the settings say, and all of them are answered', async () => {
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  const target = {
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  }
  const api = createEc2Api(target, settingsOf(target, { concurrency: { read: 3 } }))
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.call('DescribeKeyPairs', {})))
  api.close()
  expect(answers).toHaveLength(20)
  expect(most).toBe(3)
})
