import { execFileSync } from 'node:child_process'
import { afterEach, expect, it } from 'vitest'
import { givenVariables, takeGivenVariables } from '../../src/cli/given-variables.js'
import { stackFileOptions } from '../../src/cli/options.js'

afterEach(() => takeGivenVariables())

it('values of variables are taken out of the environment that other programs inherit', () => {
  process.env['EVENKEEL_VAR_token'] = 'planted'
  takeGivenVariables()
  expect(givenVariables()).toEqual({ EVENKEEL_VAR_token: 'planted' })
  expect(stackFileOptions({ color: false }).environment).toEqual({ EVENKEEL_VAR_token: 'planted' })
  expect(execFileSync('env', { encoding: 'utf8' })).not.toContain('planted')
})
