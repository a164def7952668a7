import { expect, it } from 'vitest'
import { browserMissing } from './browser.js'

it('a machine without a browser is a reason to skip, and in CI a failure', () => {
  expect(browserMissing('/usr/bin/chromium', '1')).toBeUndefined()
  expect(browserMissing(undefined, undefined)).toMatch(/no chromium/)
  expect(() => browserMissing(undefined, '1')).toThrow(/EVENKEEL_REQUIRE_HOSTS=1/)
})
