import { describe, expect, it } from 'vitest'
import { messageOf } from '../../../src/core/errors.js'
import type { Ec2Api } from '../../../src/providers/ec2/wire/api.js'
import { createOnce, type Creation } from '../../../src/providers/ec2/wire/create-once.js'
import { errorOf, instantClock } from '../support.js'

/** What of the client it needs: a clock, and pauses on it. */
function apiOn(clock: ReturnType<typeof instantClock>): Ec2Api {
  return { settings: { clock, timeoutScale: 1 }, pause: (ms: number) => clock.sleep(ms) } as unknown as Ec2Api
}

/** Creates against a cloud whose answers are given in turn; tells what was asked of it. */
async function run(found: readonly (string | undefined)[], created: readonly (string | Error)[], more = {}) {
  const calls: string[] = []
  const answers = { find: [...found], create: [...created] }
  const creation: Creation = {
    find: async () => {
      calls.push('find')
      return answers.find.shift()
    },
    create: async () => {
      calls.push('create')
      const answer = answers.create.shift() ?? 'made-last'
      if (answer instanceof Error) throw answer
      return answer
    },
    ...more,
  }
  const clock = instantClock()
  const result = await createOnce(apiOn(clock), creation).catch(messageOf)
  return { result, calls, slept: clock.slept }
}

describe('createOnce', () => {
  it('creates nothing where the operation has made it already', async () => {
    expect(await run(['x-1'], [])).toMatchObject({ result: 'x-1', calls: ['find'] })
  })

  it('takes what an attempt without an answer has made', async () => {
    const { result, calls } = await run([undefined, undefined, 'x-1'], [errorOf('ambiguous')])
    expect({ result, calls }).toEqual({ result: 'x-1', calls: ['find', 'create', 'find', 'find'] })
  })

  it('looks five times before another attempt', async () => {
    const { result, calls, slept } = await run([], [errorOf('ambiguous'), 'x-2'])
    expect(result).toBe('x-2')
    expect(calls).toEqual(['find', 'create', ...Array.from({ length: 5 }, () => 'find'), 'create'])
    expect(slept).toEqual([3_000, 3_000, 3_000, 3_000, 3_000])
  })

  it('passes a refusal on at once', async () => {
    const refusal = errorOf('bad-request')
    expect(await run([], [refusal])).toMatchObject({ result: refusal.message, calls: ['find', 'create'] })
  })

  it('waits while others are before it, as long as it is told to', async () => {
    const queued = errorOf('quota')
    const isQueued = (error: unknown) => error === queued
    expect(await run([], [queued])).toMatchObject({ result: queued.message })
    expect(await run([], [queued], { isQueued })).toMatchObject({ result: queued.message, slept: [] })
    expect(await run([], [queued, queued, 'x-3'], { isQueued, queueLimitMs: 60_000 })).toMatchObject({
      result: 'x-3',
      slept: [10_000, 10_000],
    })
  })

  it('gives up when the outcome stays unknown for ten minutes', async () => {
    const doubt = errorOf('ambiguous')
    const { result, slept } = await run(
      [],
      Array.from({ length: 100 }, () => doubt),
    )
    expect(result).toBe(doubt.message)
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(600_000)
  })
})
