import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compose, type GivenBase } from '../../../src/spec/bases/compose.js'
import { merge, originAt, type Merged } from '../../../src/spec/bases/merge.js'
import { sourcesOf } from '../../../src/spec/bases/sources.js'
import { readLargeDocument } from '../../../src/spec/yaml/large-document.js'
import { readDocument } from '../../../src/spec/yaml/yaml-document.js'

const merged = (base: unknown, over: unknown) =>
  merge({ value: base, origin: { layer: 1 } }, { value: over, layer: 0 }).value

describe('merge', () => {
  it.each([
    [
      'mappings merge, at any depth',
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { d: 3 } } },
      { a: { b: { c: 1, d: 3 } } },
    ],
    ['tags merge', { tags: { team: 'a', tier: 'b' } }, { tags: { tier: 'c' } }, { tags: { team: 'a', tier: 'c' } }],
    ['a list replaces', { setup: ['a', 'b'] }, { setup: ['c'] }, { setup: ['c'] }],
    ['an empty list replaces', { setup: ['a', 'b'] }, { setup: [] }, { setup: [] }],
    [
      'a list of mappings replaces',
      { ingress: [{ port: 22 }] },
      { ingress: [{ port: 80 }] },
      { ingress: [{ port: 80 }] },
    ],
    ['a scalar replaces', { count: 2 }, { count: 5 }, { count: 5 }],
    [
      'false, 0 and an empty text replace',
      { a: true, b: 1, c: 'x' },
      { a: false, b: 0, c: '' },
      { a: false, b: 0, c: '' },
    ],
    ['a scalar replaces a mapping', { mount: { path: '/a' } }, { mount: '/b' }, { mount: '/b' }],
    ['a mapping replaces a scalar', { mount: '/b' }, { mount: { path: '/a' } }, { mount: { path: '/a' } }],
    ['a mapping replaces nothing', { servers: null }, { servers: { web: {} } }, { servers: { web: {} } }],
    ['an empty mapping changes nothing', { tags: { a: 'b' } }, { tags: {} }, { tags: { a: 'b' } }],
    ['null removes a key', { web: { count: 2, zone: 'a' } }, { web: { count: null } }, { web: { zone: 'a' } }],
    ['null removes an entry', { web: {}, db: {} }, { db: null }, { web: {} }],
    ['null removes a section', { sync: { a: {} }, tags: {} }, { sync: null }, { tags: {} }],
    ['null for what is not there stands as it is written', { a: 1 }, { b: null }, { a: 1, b: null }],
    ['null in what is new stands as it is written', {}, { web: { zone: null } }, { web: { zone: null } }],
    [
      '__proto__ is a key like others',
      JSON.parse('{"__proto__":{"a":1}}'),
      JSON.parse('{"__proto__":{"b":2}}'),
      JSON.parse('{"__proto__":{"a":1,"b":2}}'),
    ],
  ])('%s', (_what, base, over, expected) => {
    const before = JSON.stringify([base, over])
    expect(JSON.stringify(merged(base, over))).toBe(JSON.stringify(expected))
    expect(JSON.stringify([base, over]), 'neither is changed').toBe(before)
  })
})

/** The rules, as plainly as they can be said. */
function reference(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (value === null && key in base) delete result[key]
    else result[key] = key in base ? reference(base[key], value) : value
  }
  return result
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Each leaf says which file wrote it. */
const treeOf = (layer: number): fc.Arbitrary<Record<string, unknown>> => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.nat({ max: 99 }).map((number) => `leaf ${number} of ${layer}`),
    fc.nat({ max: 99 }).map((number) => [`item ${number} of ${layer}`, { inside: `leaf ${number} of ${layer}` }]),
  )
  const { tree } = fc.letrec<{ tree: Record<string, unknown>; node: unknown }>((tie) => ({
    tree: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('node'), { maxKeys: 4 }),
    node: fc.oneof({ maxDepth: 3 }, leaf, tie('tree')),
  }))
  return tree
}

const layers = fc
  .integer({ min: 2, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, layer) => treeOf(layer))))

describe('several files', () => {
  it('say what a plain implementation of the rules says', () => {
    fc.assert(
      fc.property(layers, (values) => {
        expect(merge0(values).value).toEqual(
          values.reduceRight<unknown>((base, over) => reference(base, over), undefined),
        )
      }),
    )
  })

  it('are each known by what they wrote, and where', () => {
    fc.assert(
      fc.property(layers, fc.constantFrom(readDocument, readLargeDocument), (values, read) => {
        const { value, origin } = merge0(values)
        const texts = values.map((one, layer) => ({ file: `${layer}.yaml`, text: stringify(one) }))
        const sources = sourcesOf(texts, origin, (index) => read(texts[index]?.text ?? ''))
        for (const { path, text } of leavesIn(value, [])) {
          const { file, document } = sources.ownerOf(path)
          expect(file).toBe(`${text.at(-1)}.yaml`)
          const { start, end } = document.spanOf(path, 'value')
          expect(document.text.slice(start, end)).toBe(text)
        }
      }),
    )
  })

  it('tell what was taken away where it was', () => {
    const values = [{ c: 1 }, { a: { b: null } }, { a: { b: 1, d: 2 } }]
    expect(originAt(merge0(values).origin, ['a', 'b'])).toEqual({ layer: 1, isRemoved: true })
    expect(originAt(merge0(values).origin, ['a', 'd']).layer).toBe(2)
    expect(originAt(merge0(values).origin, ['a', 'nothing']).layer).toBe(1)
  })

  it('compose so that null for a key that is not there asks for nothing', () => {
    const bases: readonly GivenBase[] = [{ written: 'base.yaml', file: 'base.yaml', text: '', directory: '' }]
    const over = {
      extends: 'base.yaml',
      tags: { purpose: null },
      servers: { web: { count: null, rootVolume: { type: null } }, queue: null },
      keyPairs: { admin: null },
      sync: null,
    }
    const base = { evenkeel: 1, tags: {}, servers: { web: { rootVolume: {} } }, keyPairs: {} }
    const { value, problems } = compose([over, base], bases)
    expect(problems).toEqual([])
    expect(value).toEqual({
      tags: {},
      servers: { web: { rootVolume: {} }, queue: null },
      keyPairs: { admin: null },
      sync: null,
    })
  })

  it('compose as they merge, but for what belongs to each alone', () => {
    const bases: readonly GivenBase[] = [
      { written: './1.yaml', file: '1.yaml', text: '', directory: '' },
      { written: './2.yaml', file: '2.yaml', text: '', directory: '' },
    ]
    const values = [
      { evenkeel: 1, stack: 'top', extends: './1.yaml', tags: { a: 'top' } },
      { evenkeel: 1, stack: 'middle', target: 'sandbox', extends: './2.yaml', tags: { b: 'middle' } },
      { evenkeel: 1, target: { region: 'eu-west-1' }, tags: { a: 'bottom', c: 'bottom' }, sync: {} },
    ]
    const { value, problems } = compose(values, bases)
    expect(problems).toEqual([])
    expect(value).toEqual({ evenkeel: 1, stack: 'top', tags: { a: 'top', b: 'middle', c: 'bottom' }, sync: {} })
  })
})

function merge0(values: readonly unknown[]): Merged {
  const bottom: Merged = { value: values.at(-1), origin: { layer: values.length - 1 } }
  return values
    .map((value, layer) => ({ value, layer }))
    .slice(0, -1)
    .reduceRight((base, over) => merge(base, over), bottom)
}

function leavesIn(value: unknown, path: readonly (string | number)[]): { path: typeof path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesIn(item, [...path, index]))
  return isPlain(value) ? Object.entries(value).flatMap(([key, member]) => leavesIn(member, [...path, key])) : []
}
