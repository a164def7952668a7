import type { Clock } from '../../src/core/clock.js'
import { ProviderError, type ErrorClass } from '../../src/core/errors.js'

/** A clock whose sleeps end at once and move it on; `slept` lists them. */
export function instantClock(): Clock & { readonly slept: number[] } {
  let now = Date.UTC(2026, 0, 1)
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: async (durationMs) => {
      slept.push(durationMs)
      now += durationMs
    },
  }
}

/** An error as the provider raises it. */
export function errorOf(errorClass: ErrorClass, awsCode = 'Some.Code'): ProviderError {
  return new ProviderError('EC2_REJECTED', `a failure of class ${errorClass}`, { errorClass, awsCode })
}
