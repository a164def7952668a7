import { expect, it } from 'vitest'
import { aloneIn } from '../../src/executor/step-costs.js'
import { plainStep } from '../support/steps.js'

it('a step that edits a server occupies that server', () => {
  expect(aloneIn(plainStep('write-fstab', 'volume.music', [], { server: 'server.web' }))).toBe('server.web')
  expect(aloneIn(plainStep('run-setup', 'server.web'))).toBe('server.web')
  expect(aloneIn(plainStep('copy-files', 'sync.library', [], { server: 'server.web' }))).toBeUndefined()
})
