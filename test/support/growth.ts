/**
 * How many times as long the larger of two pieces of work takes, both in this very moment and in turns, so that whatever
 * else the machine does falls on both: the shortest of `turns` each is what counts.
 */
export function growthOf(small: () => unknown, large: () => unknown, turns = 4): number {
  const shortest = [Infinity, Infinity]
  small()
  for (let turn = 0; turn < turns; turn += 1) {
    for (const [index, work] of [small, large].entries()) {
      const start = performance.now()
      work()
      shortest[index] = Math.min(shortest[index] ?? Infinity, performance.now() - start)
    }
  }
  const [least = 1, most = 1] = shortest
  return most / least
}
