import { expect, it } from 'vitest'
import { hostsMissing } from './hosts-missing.js'

it('is a failure, not a reason to skip, where hosts are required', () => {
  const capability = { ok: false, because: 'no program unshare' } as const
  expect(hostsMissing(capability, undefined)).toBe('no program unshare')
  expect(() => hostsMissing(capability, '1')).toThrow(/no host can run here: no program unshare/)
  expect(hostsMissing({ ok: true }, '1')).toBeUndefined()
})
