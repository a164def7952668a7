import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { KeyedQueue } from '../../../src/sandbox/hosts/queue.js'

test('works of one key run one after another, also after a failure; other keys do not wait', async () => {
  const queue = new KeyedQueue()
  const order: string[] = []
  const work = (name: string, durationMs: number) => async () => {
    await sleep(durationMs)
    order.push(name)
    if (name === 'a1') throw new Error('a1 failed')
    return name
  }
  const results = [queue.run('a', work('a1', 20)), queue.run('a', work('a2', 1)), queue.run('b', work('b1', 5))]
  await expect(results[0]).rejects.toThrow('a1 failed')
  await queue.idle()
  expect(order).toEqual(['b1', 'a1', 'a2'])
  expect(await results[1]).toBe('a2')
})
