import { describe, expect, it } from 'vitest'
import { livenessOf, thisHolder } from '../../../src/executor/lock/process-facts.js'

const holder = thisHolder()
const startTime = holder.process?.startTime
const gone = 4_194_400

describe.skipIf(!holder.process)('whether a holder on this machine lives', () => {
  it('is known where its process is shown', () => {
    expect(livenessOf(holder)).toBe('alive')
    expect(livenessOf({ ...holder, pid: gone })).toBe('dead')
    expect(livenessOf({ ...holder, process: { bootId: '', pidNamespace: '', startTime: '1' } })).toBe('unknown')
  })

  it.each([
    ['shown with its start time', startTime, true, 'alive'],
    ['shown with another: its pid was given away', '1', true, 'dead'],
    ['a zombie', '', true, 'dead'],
    ['there and hidden', undefined, true, 'unknown'],
    ['not there', undefined, false, 'dead'],
  ])('follows from what the machine shows: %s', (_what, shown, isThere, expected) => {
    expect(livenessOf(holder, { startTimeOf: () => shown, isThere: () => isThere })).toBe(expected)
  })
})
