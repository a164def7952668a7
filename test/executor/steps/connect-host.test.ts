import { describe, expect, it } from 'vitest'
import { Cancelled, ProviderError } from '../../../src/core/errors.js'
import { connectHost } from '../../../src/executor/steps/servers/connect-host.js'
import type { StepContext } from '../../../src/executor/steps/step-context.js'
import type { ConnectHost } from '../../../src/model/steps/step.js'
import { plainStep } from '../../support/steps.js'

const step = plainStep('connect-host', 'server.web') as ConnectHost

interface Silent {
  readonly signal?: AbortSignal
  /** It answers, and its first boot never ends. */
  readonly boots?: boolean
}

/** A server that is never ready; `isOver` tells whether the wait for it was ended, `told` what was said of it. */
function silentServer(
  untilItEnds: (request: { signal: AbortSignal }) => Promise<never>,
  { signal, boots = false }: Silent = {},
) {
  const waits: AbortSignal[] = []
  const told: string[] = []
  const binding = {
    id: 'i-1',
    user: 'admin',
    hostKey: 'ssh-ed25519 AAAA',
    keyPair: 'keyPair.default',
    publicIp: '192.0.2.1',
  }
  const context = {
    signal,
    progress: (_: unknown, text: string) => told.push(text),
    bindings: { get: () => binding },
    ports: {
      keys: { privateKeyPaths: async () => ({ own: undefined, former: [], inAgent: [] }) },
      cloud: { untilItEnds },
      hosts: {
        waitUntilReady: (_: unknown, limits: { signal: AbortSignal; onAnswer: () => void }) => {
          waits.push(limits.signal)
          if (boots) limits.onAnswer()
          return endedBy(limits.signal)
        },
      },
    },
  } as unknown as StepContext
  return { run: () => connectHost(step, context), isOver: () => waits.every(({ aborted }) => aborted), told }
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
    const { run, isOver } = silentServer(({ signal }) => endedBy(signal), { signal: interruption.signal })
    const running = run()
    setImmediate(() => interruption.abort())
    await expect(running).rejects.toBeInstanceOf(Cancelled)
    expect(isOver()).toBe(true)
  })

  it('is no more waited for once it is there: the first boot is', async () => {
    const gone = new ProviderError('EC2_UNREACHABLE', 'no answer', { errorClass: 'unreachable' })
    const { run, told } = silentServer(() => Promise.reject(gone), { boots: true })
    await expect(run()).rejects.toBe(gone)
    expect(told).toEqual(['waiting for it to answer', 'waiting for its first boot to end'])
  })
})
