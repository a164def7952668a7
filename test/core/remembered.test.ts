import { describe, expect, it } from 'vitest'
import { remembered } from '../../src/core/remembered.js'

describe('remembered', () => {
  it('works out each answer once', () => {
    const asked: string[] = []
    const length = remembered((text) => asked.push(text) && text.length)
    expect([length('web'), length('db'), length('web')]).toEqual([3, 2, 3])
    expect(asked).toEqual(['web', 'db'])
  })

  it('forgets all of it at its limit, and answers the same', () => {
    const asked: string[] = []
    const length = remembered((text) => asked.push(text) && text.length, 2)
    expect(['a', 'bb', 'ccc', 'a', 'ccc'].map(length)).toEqual([1, 2, 3, 1, 3])
    expect(asked).toEqual(['a', 'bb', 'ccc', 'a'])
  })
})
