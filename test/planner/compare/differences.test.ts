import { describe, expect, it } from 'vitest'
import { createDigester } from '../../../src/model/applied.js'
import { compareProperties } from '../../../src/planner/compare/comparison.js'
import { byText, differences } from '../../../src/planner/compare/differences.js'

describe('the differences of two nested values', () => {
  it.each([
    ['nothing', { a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } }, []],
    ['a member that is new', {}, { a: 1 }, [{ path: ['a'], before: undefined, after: 1 }]],
    ['a member that is gone', { a: 1 }, {}, [{ path: ['a'], before: 1, after: undefined }]],
    ['a member deep inside', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: ['a', 'b'], before: 1, after: 2 }]],
    ['a longer list', { a: ['x'] }, { a: ['x', 'y'] }, [{ path: ['a', '1'], before: undefined, after: 'y' }]],
    ['a shorter list', { a: ['x', 'y'] }, { a: ['x'] }, [{ path: ['a', '1'], before: 'y', after: undefined }]],
  ])('are told for %s', (_what, before, after, expected) => {
    expect(differences(before, after)).toEqual(expected)
  })

  it('are sorted by path, and a list without an order is told by its texts', () => {
    const found = differences(byText(['b', 'c']), byText(['c', 'a']))
    expect(found.map(({ path, after }) => [path[0], after])).toEqual([
      ['a', true],
      ['b', undefined],
    ])
  })
})

describe('properties that are lists', () => {
  const compare = (before: readonly string[], after: readonly string[]) =>
    compareProperties<'server'>(createDigester(), undefined, [
      { path: 'securityGroups', key: 'group', word: after, before, after },
    ])

  it('tell which items go and come', () => {
    expect(compare(['a', 'b'], ['b', 'c'])).toMatchObject([{ items: { removed: ['a'], added: ['c'] } }])
  })

  it('are the same in any order', () => {
    expect(compare(['a', 'b'], ['a', 'b'])).toEqual([])
    expect(compare(['a', 'b'], ['b', 'a'])).toEqual([])
  })

  it('differ where one goes on after the other', () => {
    expect(compare(['a'], ['a', 'b'])).toMatchObject([{ items: { removed: [], added: ['b'] } }])
    expect(compare(['a', 'b'], ['a'])).toMatchObject([{ items: { removed: ['b'], added: [] } }])
    expect(compare([], ['b'])).toMatchObject([{ items: { removed: [], added: ['b'] } }])
  })
})
