import { describe, expect, it } from 'vitest'
import { createTokenBucket } from '../../../src/providers/ec2/wire/token-bucket.js'

function bucketAt(startMs: number) {
  const clock = { at: startMs, now: () => clock.at, sleep: () => Promise.resolve() }
  return { clock, bucket: createTokenBucket({ burst: 50, perSecond: 5 }, clock) }
}

describe('a token bucket', () => {
  it('fills neither at once nor never when the clock is set', () => {
    const { clock, bucket } = bucketAt(10_000_000)
    bucket.take(45)
    clock.at -= 3_600_000
    expect(bucket.waitMs(1)).toBe(200)
    clock.at += 200
    expect(bucket.waitMs(1)).toBe(0)
  })

  it('slows down with each second of refusals, also after the clock was set back', () => {
    const { clock, bucket } = bucketAt(10_000_000)
    bucket.slowDown()
    clock.at -= 3_600_000
    const waitMs = bucket.waitMs(1)
    bucket.slowDown()
    expect(bucket.waitMs(1)).toBeGreaterThan(waitMs * 1.4)
  })

  it('counts refusals of the same moment once, and comes back to its pace', () => {
    const { clock, bucket } = bucketAt(0)
    bucket.slowDown()
    const waitMs = bucket.waitMs(1)
    bucket.slowDown()
    expect(bucket.waitMs(1)).toBe(waitMs)
    clock.at += 60_000
    bucket.take(45)
    expect(bucket.waitMs(1)).toBe(200)
  })
})
