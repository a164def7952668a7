import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digestOf } from '../../src/core/digest.js'

describe('canonical JSON', () => {
  it.each<[unknown, string]>([
    [{ b: 1, a: [{ d: undefined, c: 2 }] }, '{"a":[{"c":2}],"b":1}'],
    [[undefined, null, Number.NaN], '[null,null,null]'],
    [{ z: 1, é: 2, '\uffff': 3, '\u{1f600}': 4, Z: 5 }, '{"Z":5,"z":1,"é":2,"\u{1f600}":4,"\uffff":3}'],
    // The order of RFC 8785 and of most libraries would be "10", "9", "a".
    [{ a: 1, 10: 2, 9: 3 }, '{"9":3,"10":2,"a":1}'],
    [JSON.parse('{"b":{"__proto__":{"d":2,"c":1}},"__proto__":1}'), '{"__proto__":1,"b":{"__proto__":{"c":1,"d":2}}}'],
  ])('of %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it('is what JSON.stringify makes of objects whose keys were set in order', () => {
    const inOrder = (_key: string, member: unknown): unknown =>
      typeof member !== 'object' || member === null || Array.isArray(member)
        ? member
        : Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
    const values = fc.anything({ withDate: true, withNullPrototype: true, withUnicodeString: true })
    fc.assert(
      fc.property(values, (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(value, inOrder))
      }),
      { numRuns: 1_000 },
    )
  })

  it('does not depend on the order in which keys were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(canonicalJson(Object.fromEntries(Object.entries(value).toReversed()))).toBe(canonicalJson(value))
      }),
    )
  })
})

it('digests that stand in tags of live resources are what they always were', () => {
  expect(digestOf('t3.micro', 6)).toBe('230198')
  expect(digestOf({ team: 'music', env: 'prod' }, 6)).toBe('4c62e3')
  expect(digestOf({ 2024: 'x', 10: 'a', 9: 'b' }, 6)).toBe('a7e8d0')
  expect(digestOf({ to: 'volume.music/', delete: false, exclude: ['*.tmp'], onChange: undefined }, 8)).toBe('9076429c')
})
