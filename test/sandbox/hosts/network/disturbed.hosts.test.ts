import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHosts, type TestHost, TestSandbox, unlessHosts } from '../support.js'

describeHosts(`SSH connections with troubles${unlessHosts}`, () => {
  let sandbox: TestSandbox
  let host: TestHost

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ reach: 'loopback' })
    host = await sandbox.boot()
    await sandbox.openTo(host)
  })
  afterAll(() => sandbox.stop())

  /** Connects so often, one after the other; what each had heard and whether it was still open at the end. */
  async function connections(count: number): Promise<readonly string[]> {
    const made = []
    for (let index = 0; index < count; index += 1) {
      const socket = connect(22, host.description.publicIp)
      const state = { heard: '', isOpen: true }
      socket.on('data', (data) => (state.heard += data.toString()))
      socket.on('error', () => undefined)
      socket.on('close', () => (state.isOpen = false))
      await new Promise((resolve) => socket.once('connect', resolve))
      // The relay counts connections as it accepts them.
      await sleep(30)
      made.push({ socket, state })
    }
    await sleep(1_000)
    return made.map(({ socket, state }) => {
      const result = `${state.heard === '' ? 'silent' : 'greeted'} ${state.isOpen ? 'open' : 'closed'}`
      socket.destroy()
      return result
    })
  }

  test('are cut, hang, or are as ever, and the same ones with the same seed', async () => {
    const troubles = {
      dropped: { probability: 0.3, withinMs: 1 },
      hanging: { probability: 0.4, withinMs: 1 },
    }
    await sandbox.backend.disturb({ seed: 7, ...troubles })
    const first = await connections(12)
    expect(first.filter((one) => one === 'greeted open').length).toBeGreaterThan(1)
    expect(first).toContain('silent open')
    expect(first.some((one) => one.endsWith('closed'))).toBe(true)
    await sandbox.backend.disturb({ seed: 7, ...troubles })
    expect((await connections(12)).map((one) => one.split(' ')[1])).toEqual(first.map((one) => one.split(' ')[1]))
    await sandbox.backend.disturb({ seed: 7 })
    expect(await host.run('echo in')).toBe('in')
  })

  test('are slow, and whole', async () => {
    await sandbox.backend.disturb({ seed: 7, slow: { probability: 1, delayMs: 200 } })
    const startedAtMs = Date.now()
    expect(await host.run('echo in')).toBe('in')
    // A login is at least four pieces each way.
    expect(Date.now() - startedAtMs).toBeGreaterThan(800)
    expect((await host.run('seq 20000')).split('\n')).toEqual(
      Array.from({ length: 20_000 }, (_, index) => String(index + 1)),
    )
    await sandbox.backend.disturb({ seed: 7 })
  })
})
