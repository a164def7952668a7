import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readLargeDocument } from '../../../src/spec/yaml/large-document.js'
import { readDocument } from '../../../src/spec/yaml/yaml-document.js'
import { filesBelow, readText } from '../../support/source-tree.js'

type Path = readonly (string | number)[]

const stacks = filesBelow('examples/stacks', '.yaml')

const odd = `# a comment
"quoted key": 'it''s'
plain: words of it   # and a comment
block: |
  line
  line
folded: >-
  a
  b
empty:
list:
- 1
- - nested
  - { a: b, "c": [d, e] }
shared: &shared { team: audio }
again: *shared
? explicit
: value
é☃: ünïcode
mode: 0755
last: [ ]
`

describe('the reader of large texts', () => {
  it.each([...stacks.map((path) => [path, readText(path)] as const), ['odd ones', odd] as const])(
    'finds everything where the other reader does: %s',
    (_name, text) => expectSamePlaces(text),
  )

  it('finds everything where the other reader does, whatever stands there', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }),
        fc.integer(),
        fc.boolean(),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      map: fc.dictionary(fc.stringMatching(/^[a-zé☃][\w -]{0,9}$/), tie('value'), { maxKeys: 4 }),
    }))
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]\w{0,9}$/), value, { minKeys: 1, maxKeys: 4 }), (root) => {
        expectSamePlaces(stringify(root))
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['a: 1\n  b: 2\n', 2, 'bad indentation of a mapping entry'],
    ['a: 1\na: 2\n', 2, 'duplicated mapping key'],
    ['a: 1\n---\nb: 2\n', 2, 'a stack file holds one document, and here another starts'],
    ['a: *x\n', 1, 'no anchor `&x` stands before this alias'],
    ['a:\n  b: &x [*x]\n', 2, 'this alias stands inside of what `&x` is'],
    [`a: 1\nb: ${'1'.repeat(1024 * 1024 + 1)}\n`, 2, 'this text has more than 1048576 characters'],
    [
      `a: &x ${'x'.repeat(640_000)}\nb: [${'*x,'.repeat(120)}]\n`,
      2,
      'the aliases up to here stand for more than 1000000 values',
    ],
  ])('tells the first mistake and its place: %#', (text, line, message) => {
    const { syntax, positionOf, value } = readLargeDocument(text)
    expect(syntax).toMatchObject([{ message }])
    expect(positionOf(syntax[0]?.start ?? -1)).toMatchObject({ line })
    expect(value).toBeUndefined()
  })
})

function expectSamePlaces(text: string): void {
  const [large, small] = [readLargeDocument(text), readDocument(text)]
  expect(large.value).toEqual(small.value)
  expect(small.syntax).toEqual([])
  expect(large.syntax).toEqual([])
  for (const path of pathsIn(small.value, [])) {
    const [missing, deeper] = [
      [...path, 'no such key'],
      [...path, 'no', 'such key'],
    ]
    for (const asked of [path, missing, deeper]) {
      expect({ asked, has: large.has(asked) }).toEqual({ asked, has: small.has(asked) })
      for (const at of ['key', 'value'] as const) {
        const [found, wanted] = [large.spanOf(asked, at), small.spanOf(asked, at)]
        const place = large.positionOf(found.start)
        expect({ asked, at, text, place }).toEqual({ asked, at, text, place: small.positionOf(wanted.start) })
      }
    }
    expect(large.spanOfKey(path)?.start).toBe(small.spanOfKey(path)?.start)
  }
}

function pathsIn(value: unknown, path: Path): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return [path, ...keys.flatMap((key) => pathsIn((value as Record<string | number, unknown>)[key], [...path, key]))]
}
