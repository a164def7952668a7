import { describe, expect, it } from 'vitest'
import { Cancelled, ProviderError } from '../../../src/core/errors.js'
import { connectHost } from '../../../src/executor/steps/servers/connect-host.js'
import type { StepContext } from '../../../src/executor/steps/step-context.js'
import type { ConnectHost } from '../../../src/model/steps/step.js'
import { plainStep } from '../../support/steps.js'

const step = plainStep('connect-host', 'server.web') as ConnectHost

/** A server that never answers; `aborted` tells whether the wait for it was ended. */
function silentServer(untilItEnds: (request: { signal: AbortSignal }) => Promise<never>, signal?: AbortSignal) {
  const waits: AbortSignal[] = []
  const binding = {
    id: 'i-1',
    user: 'admin',
    hostKey: 'ssh-ed25519 AAAA',
    keyPair: 'keyPair.default',
    publicIp: '192.0.2.1',
  }
  const context = {
    signal,
    progress: () => {},
    bindings: { get: () => binding },
    ports: {
      keys: { privateKeyPaths: async () => ({ own: undefined, former: [] }) },
      cloud: { untilItEnds },
      hosts: {
        waitUntilReady: (_: unknown, limits: { signal: AbortSignal }) => {
          waits.push(limits.signal)
          return endedBy(limits.signal)
        },
      },
    },
  } as unknown as StepContext
  return { run: () => connectHost(step, context), isOver: () => waits.every(({ aborted }) => aborted) }
}

function endedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Cancelled())))
}

describe('a connection that is waited for', () => {
  it('is given up when its instance ends, or EC2 is gone', async () => {
    const gone = new ProviderError('EC2_UNREACHABLE', 'no answer', { errorClass: 'unreachable' })
    const { run, isOver } = silentServer(() => Promise.reject(gone))
    await expect(run()).rejects.toBe(gone)
    expect(isOver()).toBe(true)
  })

  it('is given up at once when the run is interrupted', async () => {
    const interruption = new AbortController()
    const { run, isOver } = silentServer(({ signal }) => endedBy(signal), interruption.signal)
    const running = run()
    setImmediate(() => interruption.abort())
    await expect(running).rejects.toBeInstanceOf(Cancelled)
    expect(isOver()).toBe(true)
  })
})
