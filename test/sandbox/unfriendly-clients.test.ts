import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2'
import { beforeAll, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { afterTests, clientOf, testSandbox } from './support.js'

let sandbox: Sandbox
const reports: string[] = []
beforeAll(async () => {
  sandbox = await testSandbox({ onReport: (text) => reports.push(text) })
})

const expectAlive = async () => {
  expect((await clientOf(sandbox).send(new DescribeAvailabilityZonesCommand({}))).AvailabilityZones).toHaveLength(6)
}

function open(): Promise<Socket> {
  const { hostname, port } = new URL(sandbox.endpoint)
  const socket = connect({ host: hostname, port: Number(port) })
  afterTests(() => socket.destroy())
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

const head = (...lines: readonly string[]) =>
  `${['POST / HTTP/1.1', `host: ${new URL(sandbox.endpoint).host}`, ...lines].join('\r\n')}\r\n\r\n`

test('a body that is broken off is nobody’s mistake', async () => {
  const socket = await open()
  socket.write(`${head('content-length: 1000')}Action=`)
  await expectAlive()
  socket.destroy()
  await once(socket, 'close')
  await expectAlive()
  expect(reports).toEqual([])
})

test('those who say a byte now and then keep nobody from an answer', async () => {
  const slow = await Promise.all(Array.from({ length: 200 }, open))
  for (const socket of slow) socket.write('POST / HTTP/1.1\r\nhost: 127')
  for (const socket of await Promise.all(Array.from({ length: 50 }, open))) {
    socket.write(head('transfer-encoding: chunked'))
    socket.write('1\r\nA\r\n')
  }
  await expectAlive()
})

test('a body of many times what a request may have is read past, and refused at its end', async () => {
  const socket = await open()
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString()))
  socket.write(head('transfer-encoding: chunked'))
  const piece = `${(1 << 20).toString(16)}\r\n${'x'.repeat(1 << 20)}\r\n`
  for (let number = 0; number < 256; number += 1) {
    if (!socket.write(piece)) await once(socket, 'drain')
  }
  await expectAlive()
  socket.write('0\r\n\r\n')
  await once(socket, 'data')
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

test.each(['zz\r\nx\r\n', '-1\r\nx\r\n', 'ffffffffffffffffff\r\nx', '3\r\nabcdef\r\n0\r\n\r\n'])(
  'chunks that are none (%j) are refused as HTTP refuses them',
  async (chunks) => {
    const socket = await open()
    socket.write(`${head('transfer-encoding: chunked')}${chunks}`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /)
    await expectAlive()
  },
)

test('two lengths, or a length beside chunks, are one request to nobody', async () => {
  for (const lines of [
    ['content-length: 4', 'content-length: 5'],
    ['content-length: 4', 'transfer-encoding: chunked'],
  ]) {
    const socket = await open()
    socket.write(`${head(...lines)}Action`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /)
  }
})
