import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileFilters, matchesPattern } from '../../../src/sandbox/wire/filter.js'

describe('filters', () => {
  test.each([
    ['*', '', true],
    ['?', '', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbb', false],
    ['*b*', 'abc', true],
    ['a\\*c', 'a*c', true],
    ['a\\*c', 'abc', false],
    ['\\\\', '\\', true],
    ['ab', 'AB', false],
    ['a.c', 'abc', false],
    ['*a*a*a*a*a*b', 'a'.repeat(250), false],
  ])('%s and %s: %s', (pattern, text, expected) => expect(matchesPattern(text, pattern)).toBe(expected))

  const escapePattern = (text: string) => text.replace(/[*?\\]/g, '\\$&')

  test('an escaped text matches itself alone', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '\\') }),
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '\\') }),
        (text, other) => {
          expect(matchesPattern(text, escapePattern(text))).toBe(true)
          expect(matchesPattern(other, escapePattern(text))).toBe(other === text)
        },
      ),
    )
  })

  test('a pattern matches as the regular expression it stands for', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }),
        (pattern, text) => {
          const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
          expect(matchesPattern(text, pattern)).toBe(expression.test(text))
        },
      ),
    )
  })

  interface Row {
    readonly size: number
    readonly names: readonly string[]
    readonly tags: Record<string, string>
  }
  const rows: Row[] = [
    { size: 1, names: ['a', 'b'], tags: { Name: 'one', empty: '' } },
    { size: 2, names: [], tags: { Name: 'two' } },
  ]
  const select = (filters: { Name: string; Value?: string[] }[]) =>
    rows
      .filter(
        compileFilters<Row>(filters, { size: ({ size }) => size, name: ({ names }) => names }, ({ tags }) => tags),
      )
      .map(({ size }) => size)

  test('filters are joined by and, their values by or', () => {
    expect(select([{ Name: 'size', Value: ['1', '2'] }])).toEqual([1, 2])
    expect(
      select([
        { Name: 'size', Value: ['1', '2'] },
        { Name: 'name', Value: ['b'] },
      ]),
    ).toEqual([1])
    expect(select([{ Name: 'tag:Name', Value: ['t*'] }])).toEqual([2])
    expect(select([{ Name: 'tag-key', Value: ['empty'] }])).toEqual([1])
    expect(select([{ Name: 'tag:empty', Value: [''] }])).toEqual([1])
    expect(select([{ Name: 'tag:constructor', Value: ['*'] }])).toEqual([])
  })

  test('limits are those of EC2', () => {
    expect(() => select(Array.from({ length: 51 }, () => ({ Name: 'size', Value: ['1'] })))).toThrow('50')
    expect(() => select([{ Name: 'size', Value: Array.from({ length: 201 }, String) }])).toThrow('200')
    expect(() => select([{ Name: 'size', Value: ['x'.repeat(256)] }])).toThrow('255')
    expect(() => select([{ Name: 'size' }])).toThrow('no values')
  })
})
