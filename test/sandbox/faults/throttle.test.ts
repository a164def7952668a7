import { expect, test } from 'vitest'
import { Throttle } from '../../../src/sandbox/faults/throttle.js'

test('a bucket fills again with the clock', () => {
  let nowMs = 0
  const throttle = new Throttle({ now: () => nowMs, sleep: () => Promise.resolve() })
  const take = () =>
    throttle.take({ region: 'us-east-1', action: 'RunInstances', effect: 'writes', unfiltered: true, resources: 1 })
  for (let call = 0; call < 5; call += 1) take()
  expect(take).toThrow('Request limit exceeded.')
  nowMs += 500
  take()
  expect(take).toThrow('Request limit exceeded.')
})
