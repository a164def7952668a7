import { describe, expect, it } from 'vitest'
import type { ErrorClass } from '../../../src/core/errors.js'
import { hearingWaits, waitText, type Wait } from '../../../src/core/wait-sink.js'
import { withRetries, type RetryOptions } from '../../../src/providers/ec2/wire/retry-calls.js'
import { errorOf, instantClock } from '../support.js'

/** Fails so many times with an error, then answers; tells how often it was asked. */
async function attemptsUntil(failures: number, error: Error, options: Partial<RetryOptions> = {}) {
  const clock = instantClock()
  let attempts = 0
  const result = await withRetries(
    async () => {
      attempts += 1
      if (attempts <= failures) throw error
      return 'answer'
    },
    {
      clock,
      random: () => 1,
      pollScale: 1,
      afterDoubt: 'again',
      isRemoval: false,
      isYoung: () => false,
      hasAnswered: () => true,
      ...options,
    },
  ).catch(() => 'gave up')
  return { attempts, result, slept: clock.slept }
}

describe('withRetries', () => {
  it('backs off from one second to a minute while it is throttled', async () => {
    const { attempts, result, slept } = await attemptsUntil(8, errorOf('throttle'))
    expect({ attempts, result }).toEqual({ attempts: 9, result: 'answer' })
    expect(slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  it('counts what an attempt waits for its turn against no patience', async () => {
    const clock = instantClock()
    const inTurn = async <Result>(attempt: () => Promise<Result>) => {
      await clock.sleep(3_600_000)
      return attempt()
    }
    for (const each of ['throttle', 'ambiguous'] as const) {
      expect(await attemptsUntil(2, errorOf(each), { clock, inTurn })).toMatchObject({ attempts: 3, result: 'answer' })
    }
  })

  it('spreads the pauses by chance, over their upper half', async () => {
    const { slept } = await attemptsUntil(2, errorOf('throttle'), { random: () => 0 })
    expect(slept).toEqual([500, 1_000])
  })

  it('tells which call EC2 does not answer, and with what', async () => {
    const heard: Wait[] = []
    await hearingWaits(
      (wait) => heard.push(wait),
      () => attemptsUntil(2, errorOf('throttle', 'RequestLimitExceeded')),
    )
    expect(heard.map(waitText)).toEqual([
      'waiting for EC2 to carry out a call since 0.0s: attempt 1 ended with RequestLimitExceeded',
      'waiting for EC2 to carry out a call since 1.0s: attempt 2 ended with RequestLimitExceeded',
    ])
  })

  it('shortens pauses by the poll scale', async () => {
    const { slept } = await attemptsUntil(2, errorOf('throttle'), { pollScale: 0.01 })
    expect(slept).toEqual([10, 20])
  })

  it('waits 15 seconds where EBS asks for that', async () => {
    const { slept } = await attemptsUntil(1, errorOf('throttle', 'SnapshotCreationPerVolumeRateExceeded'))
    expect(slept).toEqual([15_000])
  })

  it('gives up when throttling outlasts its limit', async () => {
    const { result, slept } = await attemptsUntil(1_000, errorOf('throttle'))
    expect(result).toBe('gave up')
    expect(slept.reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeLessThanOrEqual(15 * 60_000)
  })

  it('has patience with each class of its own, however long another one took', async () => {
    const clock = instantClock()
    // Ten minutes of throttling leave the five minutes of a lost answer, and of what has not spread yet, as they were.
    const failures = [
      ...Array.from({ length: 14 }, () => errorOf('throttle')),
      ...Array.from({ length: 3 }, () => errorOf('ambiguous')),
      ...Array.from({ length: 3 }, () => errorOf('consistency')),
    ]
    const answer = withRetries(
      async () => {
        const failure = failures.shift()
        if (failure) throw failure
        return 'answer'
      },
      {
        clock,
        random: () => 1,
        pollScale: 1,
        afterDoubt: 'again',
        isRemoval: false,
        isYoung: () => false,
        hasAnswered: () => true,
      },
    )
    await expect(answer).resolves.toBe('answer')
    expect(clock.slept.reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeGreaterThan(5 * 60_000)
  })

  it('counts the time that attempts take against their class', async () => {
    const clock = instantClock()
    let attempts = 0
    const hanging = withRetries(
      async () => {
        attempts += 1
        await clock.sleep(90_000)
        throw errorOf('ambiguous')
      },
      {
        clock,
        random: () => 1,
        pollScale: 1,
        afterDoubt: 'again',
        isRemoval: false,
        isYoung: () => false,
        hasAnswered: () => true,
      },
    )
    await expect(hanging).rejects.toMatchObject({ errorClass: 'ambiguous' })
    expect(attempts).toBe(4)
  })

  it('repeats an unanswered call that may be repeated, eight times', async () => {
    expect(await attemptsUntil(3, errorOf('ambiguous'))).toMatchObject({ attempts: 4, result: 'answer' })
    expect(await attemptsUntil(100, errorOf('ambiguous'))).toMatchObject({ attempts: 8, result: 'gave up' })
  })

  it('never repeats an unanswered call that would make a second thing', async () => {
    const once = await attemptsUntil(1, errorOf('ambiguous'), { afterDoubt: 'look-first' })
    expect(once).toMatchObject({ attempts: 1, result: 'gave up' })
  })

  it('believes a NotFound, unless it is about something made moments ago', async () => {
    expect(await attemptsUntil(1, errorOf('absent'))).toMatchObject({ attempts: 1, result: 'gave up' })
    const young = await attemptsUntil(3, errorOf('absent'), { isYoung: () => true })
    expect(young).toMatchObject({ attempts: 4, result: 'answer', slept: [2_000, 4_000, 8_000] })
  })

  it('takes a NotFound behind an unanswered removal for its success', async () => {
    const clock = instantClock()
    const failures = [errorOf('ambiguous'), errorOf('absent')]
    const removal = withRetries(
      async () => {
        throw failures.shift() ?? new Error('asked a third time')
      },
      {
        clock,
        random: () => 1,
        pollScale: 1,
        afterDoubt: 'again',
        isRemoval: true,
        isYoung: () => true,
        hasAnswered: () => true,
      },
    )
    await expect(removal).rejects.toMatchObject({ errorClass: 'absent' })
  })

  it('does not wait for a rule or an attachment that is off already', async () => {
    const off = errorOf('absent', 'InvalidPermission.NotFound')
    expect(await attemptsUntil(1, off, { isYoung: () => true })).toMatchObject({ attempts: 1, result: 'gave up' })
  })

  it('tells soon that an endpoint which never answered cannot be reached', async () => {
    const { attempts, slept } = await attemptsUntil(100, errorOf('unreachable'), { hasAnswered: () => false })
    expect(attempts).toBe(3)
    expect(slept.reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeLessThan(1_000)
  })

  it('sits out a short outage of an endpoint that worked', async () => {
    expect(await attemptsUntil(10, errorOf('unreachable'))).toMatchObject({ attempts: 11, result: 'answer' })
  })

  it.each<ErrorClass>([
    'capacity',
    'quota',
    'conflict',
    'wait-state',
    'cool-down',
    'auth',
    'permission',
    'bad-request',
    'fatal',
  ])('leaves an error of class %s to its caller', async (errorClass) => {
    expect(await attemptsUntil(1, errorOf(errorClass))).toMatchObject({ attempts: 1, result: 'gave up' })
  })
})
