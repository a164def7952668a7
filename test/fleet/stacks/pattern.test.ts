import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesPattern, mayMatchBelow, mistakeInPattern } from '../../../src/fleet/stacks/pattern.js'

describe('a pattern', () => {
  it.each([
    ['a/b.yaml', 'a/b.yaml'],
    ['a/*.yaml', 'a/b.yaml'],
    ['*/b.yaml', 'a/b.yaml'],
    ['**', 'a/b/c'],
    ['**', 'a'],
    ['a/**', 'a/b/c'],
    ['a/**', 'a'],
    ['**/c', 'c'],
    ['**/c', 'a/b/c'],
    ['a/**/c', 'a/c'],
    ['a/**/**/c', 'a/b/c'],
    ['a*c?', 'abbcd'],
    ['*a*b*', 'xaxbx'],
    ['infra:prod/*', 'infra:prod/a'],
    ['infra:**', 'infra:prod/a'],
    ['**/prod/**', 'infra:prod/a'],
    ['*/prod/a', 'infra:prod/a'],
    ['.*', '.a'],
    ['a.b', 'a.b'],
  ])('%s matches %s', (pattern, path) => {
    expect(matchesPattern(pattern, path)).toBe(true)
  })

  it.each([
    ['a', 'b'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['*', 'a/b'],
    ['a/*', 'a'],
    ['a?', 'a'],
    ['a.b', 'axb'],
    ['**/c', 'a/bc'],
    ['a/**/c', 'a/b'],
    ['', 'a'],
    ['A', 'a'],
    ['infra:*', 'infra:a/b'],
    ['a'.repeat(2000), 'a'.repeat(2000)],
  ])('%s does not match %s', (pattern, path) => {
    expect(matchesPattern(pattern, path)).toBe(false)
  })

  it.each([
    ['a/*.yaml', 'a', true],
    ['a/*.yaml', 'b', false],
    ['a/*.yaml', 'a/b', false],
    ['a/**', 'a', true],
    ['a/**', 'a/b/c', true],
    ['**/x.yaml', 'a/b', true],
    ['a/b/c', 'a', true],
    ['a', 'a', false],
    ['*/b/*', 'a/c', false],
  ])('%s may match something below %s: %s', (pattern, folder, may) => {
    expect(mayMatchBelow(pattern, folder)).toBe(may)
  })

  it.each([
    '/a',
    '~/a',
    '..',
    '../a',
    'a/../b',
    './a',
    'a/.',
    'a\\b',
    'C:/a',
    '',
    'a//b',
    'a/',
    '[a]',
    '{a,b}',
    '!(a)',
    'a**',
    '**b/c',
    'x'.repeat(1001),
  ])('cannot be %j', (pattern) => expect(mistakeInPattern(pattern)).toBeDefined())

  it.each(['a', '**', '*/?.yaml', 'infra:**', 'infra:prod/**/a', '.a/b', 'a b/ä'])('can be %s', (pattern) =>
    expect(mistakeInPattern(pattern)).toBeUndefined(),
  )

  it('matches what a regular expression of the same meaning does, and may match below each folder on the way', () => {
    const part = fc
      .array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 4 })
      .map((all) => all.join('').replaceAll(/\*+/g, '*'))
    const patterns = fc
      .array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 5 })
      .map((all) => all.join('/'))
    const names = fc.array(
      fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }).map((all) => all.join('')),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(patterns, names, (pattern, name) => {
        const path = name.join('/')
        const isMatch = matchesPattern(pattern, path)
        expect(isMatch).toBe(expressionOf(pattern).test(`${path}/`))
        if (isMatch)
          for (let depth = 1; depth < name.length; depth += 1)
            expect(mayMatchBelow(pattern, name.slice(0, depth).join('/'))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('takes no longer for those that make regular expressions hang', () => {
    const began = performance.now()
    expect(matchesPattern(`${'*a'.repeat(450)}b`, 'a'.repeat(5000))).toBe(false)
    expect(matchesPattern(`${'**/'.repeat(300)}b`, 'a/'.repeat(2000))).toBe(false)
    // Measured: 40 ms together; a regular expression does not come back.
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

/** Each part with its `/` behind it, so that `**` stands for any of them, or none. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern
    .split('/')
    .map((part) => (part === '**' ? '(?:[^/]+/)*' : `${part.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}/`))
  return new RegExp(`^${parts.join('')}$`)
}
