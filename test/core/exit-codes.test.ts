import { expect, it } from 'vitest'
import { exitCodeOfAll } from '../../src/core/exit-codes.js'

it.each([
  [[], [2, 4, 3], 0],
  [[0, 3, 4, 2], [2, 4, 3], 2],
  [[0, 3, 4], [2, 4, 3], 4],
  [[2, 4], [], 0],
  [[2, 5, 4], [2, 4], 5],
  [[5, 6], [2], 6],
  [[6, 1, 5], [2], 1],
  [[1, 130, 2], [2], 130],
])('of stacks that end with %j, with %j behind what always comes first, is %d', (codes, order, worst) => {
  expect(exitCodeOfAll(codes, order)).toBe(worst)
})
