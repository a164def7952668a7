import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHosts, TestSandbox, unlessHosts } from '../support.js'

describeHosts(`a door at which somebody knocks before it is there${unlessHosts}`, () => {
  let sandbox: TestSandbox

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ reach: 'loopback' })
  })
  afterAll(() => sandbox.stop())

  test('opens, again and again', async ({ signal }) => {
    const host = await sandbox.boot()
    await sandbox.openTo(host)
    const { privateIp } = host.description
    const addresses = ['10.66.0.201', '10.66.0.202'].map((number) => sandbox.backend.publicIpFor(number))
    let isOver = false
    /** As a client of SSH that waits for a server: it speaks first, and tries again at once. */
    const knock = async (address: string) => {
      while (!isOver && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const socket = connect(22, address, () => socket.write('SSH-2.0-test\r\n'))
          socket.once('data', () => socket.destroy())
          socket.setTimeout(200, () => socket.destroy())
          socket.on('error', () => {}) // 'close' follows
          socket.on('close', () => resolve())
        })
      }
    }
    const knocking = addresses.map(knock)
    for (let turn = 0; turn < 50; turn += 1) await sandbox.readdress({ [privateIp]: addresses[turn % 2] })
    isOver = true
    await Promise.all(knocking)
    expect((await host.try('echo in', addresses[1])).output).toBe('in')
  }, 20_000)
})
