import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readDocument } from '../../../src/spec/yaml/yaml-document.js'
import { readValues } from '../../../src/spec/yaml/yaml-values.js'
import { filesBelow, readText } from '../../support/source-tree.js'

/** Plain scalars whose meaning depends on the version and the schema of YAML. */
const scalars = [
  '0755',
  '0o755',
  '0x1F',
  '0b11',
  '1_000',
  '1e3',
  '1.',
  '.5',
  '+.5',
  '-0',
  '+1',
  '1e400',
  '.inf',
  '-.INF',
  '.nan',
  '.NaN',
  'true',
  'True',
  'TRUE',
  'tRUE',
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'null',
  'Null',
  'NULL',
  '~',
  '',
  '12:30:45',
  '2026-11-21',
  '2026-11-21T10:00:00Z',
  '099720109477',
  '123456789012',
  '12345678901234567890',
  '<<',
  '=',
  'web[0]',
  'a:b',
  'a#b',
  '-',
  '- a',
  '~/x',
  './x',
  '0.0.0.0/0',
  '::/0',
  '${var.x}',
  '1.2.3',
  '0o8',
  '0xg',
  '1e',
  '-.',
  '"0755"',
  "'it''s'",
  '"a\\tb\\u00e9"',
  'é',
  '日本',
  '!!str 5',
  '!!int "5"',
  '!!null ""',
  '|\n    a\n    b\n',
  '>-\n    a\n    b\n\n    c\n',
  '|+\n    a\n\n',
  '"a\n    b"',
]

/** Both read a text to the same value, or the quick one gives up and leaves it to the other; whether it read it. */
function expectSame(text: string): boolean {
  const quick = readValues(text)
  if (!quick) return false
  const { value, syntax } = readDocument(text)
  expect({ value: quick.value, syntax }).toEqual({ value, syntax: [] })
  return true
}

/** What the quick reader leaves to the other, out of all scalars; everything else it must read by itself. */
const leftOut: readonly string[] = ['1e400', '-', '- a']

describe('both readers of YAML', () => {
  it.each(scalars)('read the value %j alike', (scalar) => {
    expect(expectSame(`a: ${scalar}\n`)).toBe(!leftOut.includes(scalar))
    expectSame(`- ${scalar}\n`)
    if (!scalar.includes('\n')) expectSame(`{ a: ${scalar}, b: [${scalar}] }\n`)
  })

  it('read what is written by a program alike', () => {
    const value = fc.jsonValue({ noUnicodeString: false })
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), value),
        fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'BLOCK_LITERAL'),
        (object, style) => {
          const text = stringify(object, { defaultStringType: style as 'PLAIN' })
          expectSame(text)
          expectSame(JSON.stringify(object))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('both read what has neither anchors nor huge numbers', () => {
    const text = fc.string().filter((value) => !value.includes('&'))
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text))
    fc.assert(
      fc.property(fc.dictionary(text, value), (object) => {
        expect(expectSame(JSON.stringify(object))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it.each(filesBelow('examples/stacks', '.yaml'))('both read %s', (path) => {
    expect(expectSame(readText(path))).toBe(true)
  })

  it('read what people may write alike', () => {
    const scalar = fc.constantFrom(...scalars.filter((text) => !text.includes('\n')))
    const line = fc.tuple(
      fc.constantFrom('', '  ', '    '),
      fc.constantFrom('a', 'b', '"c"', '- d', '? e', '-'),
      scalar,
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        expectSame(lines.map(([indent, key, text]) => `${indent}${key}: ${text}\n`).join(''))
      }),
      { numRuns: 250 },
    )
  })
})
