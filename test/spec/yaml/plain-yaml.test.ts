import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { readPlainYaml } from '../../../src/spec/yaml/plain-yaml.js'
import { filesBelow, readText } from '../../support/source-tree.js'

/** What js-yaml makes of a text, where the reader of plain texts reads it at all; whether it does. */
function expectSame(text: string): boolean {
  let value: unknown
  try {
    value = readPlainYaml(text)
  } catch {
    return false
  }
  expect({ text, value }).toStrictEqual({ text, value: load(text) })
  return true
}

const lines = String.raw`
a: b¦a:¦a: ¦a: 5¦a: {b: c}¦a: {b: c}: d¦a: [b, c]¦a: {b: [c¦a: "b"¦a: "b": c¦a: "b¦b"¦a: 'it''s'¦a: b: c¦a: b # c¦a: b #c¦a:b
a: # b¦a#¦# a¦- a¦-¦- a: b¦- - a¦-a¦---¦--- a¦...¦%YAML 1.2¦null: a¦True: a¦a: null¦a: False¦a: ~¦a: ~b¦a: -5¦a: -¦a: --- b¦a: ...
a: ./b¦a: ../b¦a: 0755¦a: 1e3¦a: .5¦a: |¦a: |-¦a: >¦a: |+¦a: >2¦a: | # b¦a: |b¦a: &b c¦a: *b¦a: !!str 5¦? a¦? a: b¦: a¦"a": b¦a b: c¦1: a
a: [b]# c¦a: {b: c} d¦a: {b: c}, d¦a: [b]: c¦a: {b}: {c}¦a: []: c¦a: [[b]: c]¦a: @b¦a: $b¦a: ${'${b}'}¦a: b, c¦a: ]¦a: }¦constructor: a
__proto__: a¦toString: a¦b: c¦b:¦c: d¦c:¦e: ¦d: a: b¦}¦]¦b}¦b]¦b"¦b'¦a: 2026-11-21¦a: /b¦a: =¦a: <<¦<<: a¦a: 'b': c¦a: {'b' : c}¦a: {b}¦
`
  .trim()
  .split(/[¦\n]/)
  .concat(
    'a: b\tc',
    '\ta: b',
    'a:\tb',
    'a: b ',
    'a: ä',
    'a: \u2028',
    'a: \uFEFF',
    '# \u0001',
    'a: # \u0001',
    'a: b\r',
    'a: b\rc',
  )

describe('the reader of plain YAML', () => {
  it('reads every value that js-yaml reads as js-yaml does, or leaves it alone', () => {
    const line = fc.tuple(fc.constantFrom('', '', ' ', '  ', '  ', '    '), fc.constantFrom(...lines))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 7 }), fc.constantFrom('\n', '\n', '\n', '\r\n', ''), (parts, end) => {
        expectSame(parts.map(([indent, text]) => `${indent}${text}`).join('\n') + end)
      }),
      { numRuns: 3_000 },
    )
  })

  it('reads every line by itself, and below another, as js-yaml does', () => {
    for (const text of lines) {
      for (const around of [text, `${text}\n`, `x: y\n${text}\n`, `x:\n${text}\n`, `x:\n  ${text}\n`])
        expectSame(around)
      for (const below of lines) {
        expectSame(`${text}\n${below}\n`)
        expectSame(`x:\n  ${text}\n    ${below}\n  y: z\n`)
      }
    }
  })

  it.each([
    [
      'mappings in lines',
      'servers:\n  web:\n    image: { owner: "1", name: "a-*" }\n    count: 3\nvolumes:\n  a:\n    size: 8\n',
    ],
    ['what begins with a mark', '---\nstack: a\n'],
    ['remarks', '# a\nstack: a # b\n\nservers: # c\n  # d\n  web:\n    type: t3.small\n'],
    ['lists', 'a:\n- b\n- c: d\n  e: f\n# g\n- h\ni:\n  - j\n'],
    ['texts of several lines', 'a: |\n  b: c\n\n  d\n\ne: >-\n  f\ng: h\n'],
    ['texts that keep their last lines', 'a: |+\n  b\n\n\nc: |-\n  d\n\ne: |\n  f'],
    ['paths', 'a: ./b\nc: ../d\ne: /f\ng: ~/h\n'],
  ])('reads %s', (_, text) => {
    expect(expectSame(text)).toBe(true)
  })

  it('reads most of the examples', () => {
    const paths = filesBelow('examples/stacks', '.yaml')
    const left = paths.filter((path) => !expectSame(readText(path)))
    expect(paths.length).toBeGreaterThan(5)
    expect(left.length).toBeLessThan(paths.length / 2)
  })

  it('gives members that are written alike one value, but for what variables change in place', () => {
    const read = (value: string) => readPlainYaml(`a: ${value}\nb: ${value}\n`) as { a: object; b: object }
    const alike = read('{ c: d }')
    const changed = read("{ c: '${var.d}' }")
    expect(alike.a).toBe(alike.b)
    expect(changed.a).not.toBe(changed.b)
  })

  it('takes time by the length of a line', () => {
    const spaces = ' '.repeat(200_000)
    for (const line of [
      `a: b${spaces}\u2028`,
      `a:${spaces}}`,
      `a: b${spaces}#`,
      spaces,
      `${spaces}}`,
      `a: #${spaces}b`,
    ])
      expectSame(`${line}\n`)
  })

  it('leaves alone what is deeper than stacks are', () => {
    const deep = Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')
    expect(expectSame(deep)).toBe(false)
  })
})
