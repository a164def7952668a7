import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { testSandbox } from './support.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await testSandbox()
})

it('the endpoint answers on loopback, and at none of the other addresses of this machine', async () => {
  const port = Number(new URL(sandbox.endpoint).port)
  expect(new URL(sandbox.endpoint).hostname).toBe('127.0.0.1')
  expect(await answers('127.0.0.1', port)).toBe(true)
  const others = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ address, internal, scopeid = 0 }) => !internal && scopeid === 0 && address !== '127.0.0.1')
    .map(({ address }) => address)
  // `::1` and the second address of the block are there on every machine, whatever else it has.
  for (const address of ['127.0.0.2', '::1', ...others]) {
    expect({ address, answers: await answers(address, port) }).toEqual({ address, answers: false })
  }
})

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2_000, () => end(false))
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
  })
}
