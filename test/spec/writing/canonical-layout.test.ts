import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { laidOut } from '../../../src/spec/writing/canonical-layout.js'
import { commentsOf } from '../../../src/spec/writing/comments.js'
import { readDocument } from '../../../src/spec/yaml/yaml-document.js'

const cases: Readonly<Record<string, readonly [string, string]>> = {
  'own keys come in a fixed order, others as they were': [
    'servers:\n  b: { type: t3.small }\n  a: { image: x, type: z }\nstack: s\nevenkeel: 1\n',
    'evenkeel: 1\nstack: s\n\nservers:\n  b: { type: t3.small }\n  a: { image: x, type: z }\n',
  ],
  'two spaces, and one between': [
    'volumes:\n    data:\n        size:   3\n        mount:    /srv\nsync: {a: {from:   x}}\n',
    'volumes:\n  data:\n    size: 3\n    mount: /srv\nsync: { a: { from: x } }\n',
  ],
  'quotes where they are needed alone': [
    'a: "plain"\nb: \'1\'\nc: "yes"\nd: "web[0]"\ne: { x: "web[0]" }\nf: "a: b"\ng: "it\'s"\nh: "two\\nlines"\n"i": \'*.tmp\'\n',
    "a: plain\nb: '1'\nc: 'yes'\nd: 'web[0]'\ne: { x: 'web[0]' }\nf: 'a: b'\ng: \"it's\"\nh: \"two\\nlines\"\ni: '*.tmp'\n",
  ],
  'numbers as they are written': [
    'a: 0755\nb: 0x1F\nc: 1.50\nd: +1\ne: ~\nf:\n',
    'a: 0755\nb: 0x1F\nc: 1.50\nd: +1\ne: ~\nf:\n',
  ],
  'lists in brackets have no space inside': ['a: [ 1,2 , { b: 3 } ]\n', 'a: [1, 2, { b: 3 }]\n'],
  'what is too wide is broken': [
    `a: { one: ${'x'.repeat(60)}, two: ${'y'.repeat(60)} }\n`,
    `a:\n  one: ${'x'.repeat(60)}\n  two: ${'y'.repeat(60)}\n`,
  ],
  'a long text stays on its line': [`a: ${'word '.repeat(40)}end\n`, `a: ${'word '.repeat(40)}end\n`],
  'a comment goes with what it stands above or behind': [
    '# yaml-language-server: $schema=x\n#\n# About.\n\n# of the servers\nservers:\n  # of a\n  a:   # behind\n    type: x # and here\n# last\nevenkeel: 1 # first\n',
    '# yaml-language-server: $schema=x\n#\n# About.\n\n# last\nevenkeel: 1 # first\n\n# of the servers\nservers:\n  # of a\n  a: # behind\n    type: x # and here\n',
  ],
  'blocks of text stay': [
    'a: |\n   one\n    # no comment\n   two\nb: >-\n   folded\n   text\n',
    'a: |\n  one\n   # no comment\n  two\nb: >-\n  folded text\n',
  ],
  'anchors stay, before what they are named by': [
    'servers:\n  a: &base { type: x }\ntags: *base\n',
    'servers:\n  a: &base { type: x }\ntags: *base\n',
  ],
  'nothing is nothing': ['', ''],
  'line ends of another system go': ['a: 1\r\nb:\r\n  c: 2\r\n', 'a: 1\n\nb:\n  c: 2\n'],
  'a comment far above a section is of it': [
    'a:\n  b: 1\n  # end of a\n# about c\n\nc: 1\n\n\n\n# end',
    'a:\n  b: 1\n  # end of a\n# about c\n\nc: 1\n\n# end\n',
  ],
  'JSON stays': ['{ "evenkeel": 1,\n "a": [ 1 ] }\n', '{ "evenkeel": 1,\n "a": [ 1 ] }\n'],
}

describe('laidOut', () => {
  it.each(Object.entries(cases))('%s', (_, [before, after]) => {
    expect(laidOut(before)).toBe(after)
    expect(laidOut(after)).toBe(after)
  })

  const directories = ['examples/stacks', 'examples/environments']
  for (const file of directories.flatMap((directory) =>
    readdirSync(directory).flatMap((name) => (name.endsWith('.yaml') ? [`${directory}/${name}`] : [])),
  )) {
    it(`${file} is laid out so`, () => {
      const text = readFileSync(file, 'utf8')
      expect(laidOut(text)).toBe(text)
    })
  }

  /** YAML written by a hand that has no style. */
  const scalar = fc.oneof(
    fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
    fc.string({ maxLength: 12 }).map((text) => `'${text.replaceAll("'", "''").replaceAll(/[^ -~]/g, '')}'`),
    fc.constantFrom(
      '1',
      '0755',
      'true',
      'yes',
      '~',
      'web[0]',
      '${var.size}',
      '1.50',
      'a b',
      '0x1f',
      '"2026-11-20"',
      '.inf',
    ),
  )
  const plainScalar = fc.oneof(
    fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
    fc.constantFrom('1', '0755', 'true', 'yes', '~', 'x', '1.50', 'a b', '0x1f', '"a, b"', "'[x]'"),
  )
  const gap = fc.constantFrom('', '\n', '\n\n', ' # é comment\n', '\n# above\n', '\n\n  # deeper\n')
  const flow: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      plainScalar,
      fc.array(tie('node'), { maxLength: 3 }).map((items) => `[ ${items.join(' ,  ')}]`),
      fc.array(fc.tuple(fc.constantFrom('a', '"b"', 'c'), tie('node')), { maxLength: 3 }).map(
        (pairs) =>
          `{${unique(pairs)
            .map(([key, value]) => `${key}:   ${value}`)
            .join(', ')} }`,
      ),
    ),
  })).node
  const block = (indent: number, depth: number): fc.Arbitrary<string> => {
    const space = ' '.repeat(indent)
    const literal = fc
      .array(fc.constantFrom('one', ' two', '# three', ''), { minLength: 1, maxLength: 4 })
      .map((lines) => `|\n${['first', ...lines].map((line) => `${space}   ${line}`).join('\n')}\n`)
    const leaf = fc.oneof(scalar, flow, literal)
    const value =
      depth === 0
        ? leaf
        : fc.oneof(
            leaf,
            block(indent + 3, depth - 1).map((inner) => `\n${inner}`),
          )
    return fc
      .array(fc.tuple(fc.constantFrom('one', 'two', '"three"', 'servers', 'tags'), value, gap), {
        minLength: 1,
        maxLength: 4,
      })
      .map((pairs) =>
        unique(pairs)
          .map(([key, inner, after]) => {
            const line = `${space}${key}: ${inner}`
            return line.endsWith('\n') ? line + after.replace(/^ #.*\n/, '') : line + (after === '' ? '\n' : after)
          })
          .join(''),
      )
  }

  it('never changes a value or loses a comment, and is its own layout', () => {
    let seen = 0
    fc.assert(
      fc.property(block(0, 2), (text) => {
        const before = readDocument(text)
        fc.pre(before.syntax.length === 0)
        const after = laidOut(text)
        if (after === undefined) return
        seen += 1
        expect(readDocument(after).value).toEqual(before.value)
        expect(commentsOf(after).toSorted()).toEqual(commentsOf(text).toSorted())
        expect(laidOut(after)).toBe(after)
      }),
      { numRuns: 300 },
    )
    expect(seen).toBeGreaterThan(200)
  })
})

function unique<Rest extends readonly unknown[]>(pairs: readonly (readonly [string, ...Rest])[]) {
  return [...new Map(pairs.map((pair) => [pair[0].replaceAll('"', ''), pair])).values()]
}
