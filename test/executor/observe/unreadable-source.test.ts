import { describe, expect, it } from 'vitest'
import { HostError, UsageError } from '../../../src/core/errors.js'
import { unreadableSource } from '../../../src/executor/observe/unreadable-source.js'

const missing = new UsageError('SYNC_SOURCE_MISSING', './music cannot be read')

describe('files that could not be read', () => {
  it('are missing when they are to come from this machine and are not there', () => {
    expect(unreadableSource(missing, true)).toEqual({
      kind: 'unreadable',
      reason: './music cannot be read',
      isMissing: true,
    })
  })

  it.each([
    ['they lie on a server, whose set-up may make them', missing, false],
    ['something else went wrong', new HostError('SYNC_FAILED', './music cannot be read', { host: 'here' }), true],
  ])('are only unread when %s', (_what, error, isHere) => {
    expect(unreadableSource(error, isHere)).toEqual({ kind: 'unreadable', reason: './music cannot be read' })
  })
})
