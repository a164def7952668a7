import { describe, expect, it } from 'vitest'
import { createSemaphore } from '../../src/providers/ec2/semaphore.js'

describe('a semaphore', () => {
  it('lets so many run at once and no more, and all of them in the end', async () => {
    const enter = createSemaphore(3)
    let running = 0
    let most = 0
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        enter(async () => {
          running += 1
          most = Math.max(most, running)
          await new Promise((resolve) => setImmediate(resolve))
          running -= 1
          return index
        }),
      ),
    )
    expect(most).toBe(3)
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  it('goes on behind a task that fails', async () => {
    const enter = createSemaphore(1)
    const failing = enter(() => Promise.reject(new Error('no')))
    const next = enter(async () => 'yes')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })
})
