import { expect, test } from 'vitest'
import { FaultPlan } from '../../../src/sandbox/faults/fault-plan.js'
import { drawnLatency, resolveLatencies } from '../../../src/sandbox/model/latencies.js'

test('real latencies have the median and the 99th of a hundred that were measured, and come again with their seed', () => {
  const draw = (seed: number) => {
    const faults = new FaultPlan(seed)
    const uniform = () => faults.number('latency', 'creating')
    return Array.from({ length: 5_000 }, () => drawnLatency(resolveLatencies('real'), 'volumeCreatingMs', uniform))
  }
  const sorted = draw(1).sort((left, right) => left - right)
  expect(sorted[2_500]! / 1_500).toBeCloseTo(1, 1)
  expect(sorted[4_950]! / 4_000).toBeCloseTo(1, 0)
  expect(draw(1)[0]).toBe(draw(1)[0])
  expect(draw(1)[0]).not.toBe(draw(2)[0])
  expect(drawnLatency(resolveLatencies('fast'), 'volumeCreatingMs', Math.random)).toBe(100)
})
