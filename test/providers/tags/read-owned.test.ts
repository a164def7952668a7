import { describe, expect, it } from 'vitest'
import { readConfirmed, readOwned, vouchFor } from '../../../src/providers/ec2/tags/ownership.js'
import type { Ec2Api } from '../../../src/providers/ec2/wire/api.js'
import { errorOf, instantClock } from '../support.js'

const owner = { stack: 'shop', address: 'volume.data' } as Parameters<typeof readOwned>[2]
const ours = {
  Tags: [
    { Key: 'evenkeel:stack', Value: 'shop' },
    { Key: 'evenkeel:address', Value: 'volume.data' },
  ],
}
const theirs = { Tags: [{ Key: 'evenkeel:stack', Value: 'other' }] }

/** What the reading needs of the API; the things in `young` were tagged a moment ago. */
function account(young: readonly string[] = []) {
  const pauses: number[] = []
  const api = {
    young: new Set(young),
    pause: async (durationMs: number) => void pauses.push(durationMs),
  } as unknown as Ec2Api
  return { api, pauses }
}

/** Answers one reading after the other. */
function answers(...readings: readonly (typeof ours | undefined | Error)[]) {
  const left = [...readings]
  return async () => {
    const answer = left.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
}

describe('something that is read before it is changed', () => {
  it.each([
    ['an empty listing', undefined],
    ['a NotFound', errorOf('absent')],
  ])('is not believed to be gone by %s alone', async (_name, first) => {
    const { api, pauses } = account()
    expect(await readConfirmed(api, 'vol-1', answers(first, ours))).toBe(ours)
    expect(pauses).toHaveLength(1)
    expect(await readOwned(api, 'vol-1', owner, answers(first, ours))).toBe(ours)
  })

  it('is gone when it is found absent twice', async () => {
    const { api } = account()
    expect(await readOwned(api, 'vol-1', owner, answers(undefined, errorOf('absent')))).toBeUndefined()
  })

  it('is left alone when its tags say that it is not ours any more', async () => {
    const { api, pauses } = account()
    await expect(readOwned(api, 'vol-1', owner, answers(theirs, ours))).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    expect(pauses).toEqual([])
  })

  it('is read again when this process has just written the tags that do not show yet', async () => {
    const { api } = account(['vol-1'])
    expect(await readOwned(api, 'vol-1', owner, answers(theirs, ours))).toBe(ours)
  })

  it('is not waited for on an error of another kind', async () => {
    const { api, pauses } = account()
    const refused = errorOf('permission')
    await expect(readConfirmed(api, 'vol-1', answers(refused, ours))).rejects.toBe(refused)
    expect(pauses).toEqual([])
  })
})

it('a look that failed vouches for nothing', async () => {
  const clock = instantClock()
  const api = { ...account().api, settings: { clock } } as unknown as Ec2Api
  const failed = errorOf('auth', 'RequestExpired')
  const readings = answers(ours, failed, theirs)
  const vouched = await vouchFor(api, 'vol-1', owner, readings)
  await clock.sleep(6_000)
  await expect(vouched?.confirm()).rejects.toBe(failed)
  await expect(vouched?.confirm()).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
})

it('a look vouches for nothing once the clock was set back', async () => {
  const clock = instantClock()
  const api = { ...account().api, settings: { clock } } as unknown as Ec2Api
  const vouched = await vouchFor(api, 'vol-1', owner, answers(ours, theirs))
  await clock.sleep(-3_600_000)
  await expect(vouched?.confirm()).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
})
