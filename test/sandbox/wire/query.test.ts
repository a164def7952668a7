import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatQuery, parseQuery } from '../../../src/sandbox/wire/query.js'

describe('the query codec', () => {
  test('reads what it writes, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
          selector: ([name]) => name,
        }),
        (pairs) => {
          expect([...parseQuery(formatQuery(pairs))]).toEqual(pairs)
        },
      ),
    )
  })

  test('a plus is a space, a broken escape and a second value are errors', () => {
    expect([...parseQuery('a=b+c&d')]).toEqual([
      ['a', 'b c'],
      ['d', ''],
    ])
    expect(() => parseQuery('a=%zz')).toThrow('syntax error')
    expect(() => parseQuery('a=1&a=2')).toThrow('more than once')
  })
})
