import { expect, it } from 'vitest'
import { programMissing } from './missing-program.js'

it('a machine without a program is a reason to skip, and in CI a failure', () => {
  expect(programMissing('/usr/bin/erl', '1', 'erl', 'erlang-base')).toBeUndefined()
  expect(programMissing(undefined, undefined, 'erl', 'erlang-base')).toMatch(/no erl .*install erlang-base/)
  expect(() => programMissing(undefined, '1', 'erl', 'erlang-base')).toThrow(/EVENKEEL_REQUIRE_HOSTS=1/)
})
