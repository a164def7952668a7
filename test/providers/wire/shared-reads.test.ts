import { describe, expect, it } from 'vitest'
import { inWorkScope, workScope } from '../../../src/core/work-scope.js'
import type { Ec2Api } from '../../../src/providers/ec2/wire/api.js'
import { sharedById } from '../../../src/providers/ec2/wire/shared-reads.js'
import { errorOf, instantClock } from '../support.js'

/** A reader of things of which these exist; `asked` lists the ids of each call. */
function readerOf(existing: readonly string[]) {
  const asked: string[][] = []
  const api = { settings: { clock: instantClock(), pollScale: 1 } } as unknown as Ec2Api
  const read = sharedById<{ readonly id: string }>(
    async (_, ids) => {
      asked.push(ids)
      if (ids.some((id) => !existing.includes(id))) throw errorOf('absent', 'InvalidVolume.NotFound')
      return ids.map((id) => ({ id }))
    },
    ({ id }) => id,
  )
  return { asked, read: (id: string) => read(api, id) }
}

describe('reads by id', () => {
  it('of the same moment are one call, in which each id stands once', async () => {
    const { asked, read } = readerOf(['a', 'b', 'c'])
    const found = await Promise.all(['a', 'b', 'a', 'c'].map(read))
    expect(found.map((item) => item?.id)).toEqual(['a', 'b', 'a', 'c'])
    expect(asked).toEqual([['a', 'b', 'c']])
  })

  it('of which one finds nothing find the others all the same', async () => {
    const { asked, read } = readerOf(['a', 'b'])
    const [a, gone, b] = await Promise.allSettled(['a', 'gone', 'b'].map(read))
    expect([a, b]).toMatchObject([{ value: { id: 'a' } }, { value: { id: 'b' } }])
    expect(gone).toMatchObject({ reason: { errorClass: 'absent' } })
    expect(asked).toEqual([['a', 'gone', 'b'], ['a'], ['gone'], ['b']])
  })

  it('of more than two hundred things are several calls', async () => {
    const ids = Array.from({ length: 450 }, (_, index) => `v${index}`)
    const { asked, read } = readerOf(ids)
    await Promise.all(ids.map(read))
    expect(asked.map(({ length }) => length)).toEqual([200, 200, 50])
  })

  it('of what can be interrupted and of what cannot go apart', async () => {
    const { asked, read } = readerOf(['a', 'b'])
    const { signal } = new AbortController()
    await Promise.all([inWorkScope({ signal }, () => read('a')), read('b')])
    expect(asked).toEqual([['a'], ['b']])
  })

  it('of what has its place wait for nobody who has yet to get one', async () => {
    const { asked, read } = readerOf(['a', 'b'])
    await Promise.all([read('a'), inWorkScope({ hasPlace: true }, () => read('b'))])
    expect(asked).toEqual([['a'], ['b']])
  })

  it('are as urgent as the most urgent of those who ask', async () => {
    let urgency = 0
    const api = { settings: { clock: instantClock(), pollScale: 1 } } as unknown as Ec2Api
    const read = sharedById<{ readonly id: string }>(
      async (_, ids) => {
        urgency = workScope().urgency
        return ids.map((id) => ({ id }))
      },
      ({ id }) => id,
    )
    await Promise.all([1, 9, 2].map((each) => inWorkScope({ urgency: each }, () => read(api, `v${each}`))))
    expect(urgency).toBe(9)
  })
})
