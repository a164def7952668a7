import { describe, expect, it } from 'vitest'
import { scaledClock } from '../../src/core/clock.js'
import { HostError, ProviderError, type EvenkeelError } from '../../src/core/errors.js'
import { withRetries } from '../../src/executor/retried-ports.js'

const broken = new HostError('HOST_KEY_UNKNOWN', 'the link broke', { host: 'server.web', retryable: true })
const refused = new HostError('HOST_KEY_UNKNOWN', 'no', { host: 'server.web' })

describe('withRetries', () => {
  it('performs again what its error says can be', async () => {
    const retries: number[] = []
    await expect(
      withRetries(failing([broken, broken]), options({ onRetry: (attempt) => retries.push(attempt) })),
    ).resolves.toBe('ok')
    expect(retries).toEqual([2, 3])
  })

  it('gives up after five attempts', async () => {
    const perform = failing(Array.from({ length: 9 }, () => broken))
    await expect(withRetries(perform, options({}))).rejects.toBe(broken)
    expect(perform.calls()).toBe(5)
  })

  it.each<[string, Error]>([
    ['a host that said no', refused],
    ['EC2, which the provider asks again itself', new ProviderError('USAGE', 'slow down', { errorClass: 'throttle' })],
  ])('leaves alone %s', async (_, error) => {
    const perform = failing([error])
    await expect(withRetries(perform, options({}))).rejects.toBe(error)
    expect(perform.calls()).toBe(1)
  })

  it('waits for nothing once the operator has stopped it', async () => {
    const controller = new AbortController()
    const perform = failing([broken, broken])
    const onRetry = () => controller.abort()
    await expect(withRetries(perform, options({ signal: controller.signal, onRetry }))).rejects.toBe(broken)
    expect(perform.calls()).toBe(1)
  })
})

function options(some: {
  readonly signal?: AbortSignal
  readonly onRetry?: (attempt: number, error: EvenkeelError, delayMs: number) => void
}) {
  return { clock: scaledClock(10_000), signal: some.signal, onRetry: some.onRetry ?? (() => undefined) }
}

function failing(errors: readonly Error[]): (() => Promise<string>) & { readonly calls: () => number } {
  let calls = 0
  const perform = () => {
    const error = errors[calls]
    calls += 1
    return error ? Promise.reject(error) : Promise.resolve('ok')
  }
  return Object.assign(perform, { calls: () => calls })
}
