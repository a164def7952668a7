import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileFilters, matchesPattern } from '../../src/sandbox/wire/filter.js'
import { parseParameters } from '../../src/sandbox/wire/parameters.js'
import { formatQuery, parseQuery } from '../../src/sandbox/wire/query.js'
import { blob, boolean, integer, list, oneOf, required, string, structure } from '../../src/sandbox/wire/shape.js'
import { escapeText, renderMembers, renderResponse } from '../../src/sandbox/wire/xml.js'

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

describe('parameters', () => {
  const members = {
    Name: required(string),
    Size: integer,
    On: boolean,
    Data: blob,
    Kind: oneOf('a', 'b'),
    Id: list(string),
    Rule: list(structure({ Port: integer, From: list(string) })),
  } as const
  const known = new Set(['Rule.N.Later', 'Other.N.Deep.Name'])
  const parse = (pairs: Record<string, string>) =>
    parseParameters(Object.entries({ Name: 'x', ...pairs }), members, known)

  test('are typed by their shapes, lists in the order of their numbers', () => {
    expect(
      parse({
        Size: '3',
        On: 'true',
        Data: 'aGk=',
        'Id.10': 'last',
        'Id.2': 'first',
        'Rule.1.Port': '22',
        'Rule.1.From.1': 'me',
      }),
    ).toEqual({
      Name: 'x',
      Size: 3,
      On: true,
      Data: Buffer.from('hi'),
      Id: ['first', 'last'],
      Rule: [{ Port: 22, From: ['me'] }],
    })
  })

  test.each<[Record<string, string>, string]>([
    [{ Name: '' }, 'MissingParameter: The request must contain the parameter Name'],
    [{ Size: '1.5' }, 'InvalidParameterValue: Value (1.5) for parameter Size is invalid. Expected an integer.'],
    [{ On: 'yes' }, 'InvalidParameterValue: Value (yes) for parameter On is invalid. Expected true or false.'],
    [{ Kind: 'c' }, 'InvalidParameterValue: Value (c) for parameter Kind is invalid. Valid values: [a, b]'],
    [{ Data: '*' }, 'InvalidParameterValue: Value for parameter Data is invalid. Expected base64.'],
    [{ name: 'x' }, 'UnknownParameter: The parameter name is not recognized'],
    [{ Id: 'i-1' }, 'UnknownParameter: The parameter Id is not recognized'],
    [{ 'Id.0': 'i-1' }, 'UnknownParameter: The parameter Id.0 is not recognized'],
    [{ 'Id.member.1': 'i-1' }, 'UnknownParameter: The parameter Id.member is not recognized'],
    [{ 'Rule.1.Colour': 'red' }, 'UnknownParameter: The parameter Rule.1.Colour is not recognized'],
    [
      { 'Rule.1.Later': 'x' },
      'UnsupportedOperation: The evenkeel sandbox does not support the parameter Rule.1.Later.',
    ],
    [
      { 'Other.3.Deep.Name': 'x' },
      'UnsupportedOperation: The evenkeel sandbox does not support the parameter Other.3.Deep.Name.',
    ],
    [{ constructor: 'x' }, 'UnknownParameter: The parameter constructor is not recognized'],
  ])('%j is refused', (pairs, expected) => {
    let message = ''
    try {
      parse(pairs)
    } catch (error) {
      message = `${(error as { code: string }).code}: ${(error as Error).message}`
    }
    expect(message).toBe(expected)
  })
})

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

describe('xml', () => {
  test('empty containers are there, absent members are not', () => {
    expect(renderMembers({ set: [], record: {}, text: '', gone: undefined, number: 0, flag: false })).toBe(
      '<set/><record/><text/><number>0</number><flag>false</flag>',
    )
  })

  test('lists are items, nested as deep as they are', () => {
    expect(renderMembers({ set: [{ id: 'a', tags: [{ key: 'k' }] }, 'text'] })).toBe(
      '<set><item><id>a</id><tags><item><key>k</key></item></tags></item><item>text</item></set>',
    )
  })

  test('text is escaped, and what XML cannot hold is replaced', () => {
    expect(escapeText('<a & "b">\r\n\u0000')).toBe('&lt;a &amp; &quot;b&quot;&gt;&#13;\n\ufffd')
  })

  test('an answer has a request id and the namespace', () => {
    expect(renderResponse('DeleteVolume', 'r-1', { return: true })).toContain(
      '<DeleteVolumeResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId><return>true</return></DeleteVolumeResponse>',
    )
  })
})
