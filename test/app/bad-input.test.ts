import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readVariableFiles } from '../../src/app/input/variable-files.js'
import { readPlanFile } from '../../src/app/saved-plan/plan-file.js'
import { readStackFile } from '../../src/app/stack-file.js'
import { BugError, EvenkeelError } from '../../src/core/errors.js'
import { parseStack } from '../../src/spec/parse.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { pairStack } from '../support/stacks.js'

let directory: ReturnType<typeof temporaryDirectory>
beforeAll(() => {
  directory = temporaryDirectory('bad-input')
})
afterAll(() => directory.remove())

const head = 'evenkeel: 1\nstack: demo\ntarget: sandbox\n'

/** Aliases of aliases: 9 to the tenth of values. */
const laughs = Array.from('abcdefghij')
  .map(
    (name, index, all) =>
      `${name}: &${name} [${Array(9)
        .fill(index === 0 ? 'x' : `*${all[index - 1]}`)
        .join(', ')}]\n`,
  )
  .join('')

const files: Readonly<Record<string, string | Buffer>> = {
  'nothing at all': '',
  'a list': '[1, 2]',
  'aliases of aliases': head + laughs,
  'an alias inside of what it means': `${head}tags: &a { b: *a }\n`,
  'a million aliases': `${head}tags: &a x\nsync:\n${'- *a\n'.repeat(1_000_000)}`,
  'aliases as keys': `${head}tags:\n${'  *a : b\n'.repeat(5_000)}`,
  'lists in lists': `${head}tags: ${'['.repeat(5_000)}`,
  'lists in lists, closed': `${head}tags: ${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  'mappings in mappings': `${head}tags: ${'{a: '.repeat(5_000)}${'}'.repeat(5_000)}`,
  'dashes in dashes': `${'- '.repeat(5_000)}x\n`,
  'keys in keys': `${'? '.repeat(3_000)}x\n`,
  'a text of a million letters': `${head}tags: { a: ${'x'.repeat(1_000_000)} }\n`,
  'a quote that is never closed': `${head}tags: "${'x'.repeat(1_000_000)}`,
  'a million quotes': head + '"'.repeat(1_000_000),
  'a million tags': `${head}tags: ${'!!a '.repeat(1_000_000)}x\n`,
  'a million directives': '%YAML 1.2\n'.repeat(1_000_000),
  'a million braces': `${head}tags: ${'{}'.repeat(1_000_000)}`,
  'a million colons': `${head}a:${' a:'.repeat(1_000_000)}`,
  zeros: Buffer.alloc(1_000_000),
  'a NUL': `${head}tags: { a: "b\0" }\n`,
  'half of a character': `${head}tags: { a: "\\ud800" }\n`,
  'UTF-16': Buffer.from(`\uFEFF${head}`, 'utf16le'),
  'a second mark of byte order': `\uFEFF\uFEFF${head}`,
  'keys that stand twice': `${head}stack: other\n`,
  'the prototype as a section': `${head}__proto__: { polluted: yes }\n`,
  'the prototype as a server': `${head}servers: { __proto__: { image: ami-12345678, type: t3.small } }\n`,
  'the constructor as a key': `${head}servers: { a: { constructor: { prototype: { polluted: yes } } } }\n`,
  'a reference to the prototype': `${head}servers: { a: { image: ami-12345678, type: t3.small, setup: ["\${__proto__.a.id} \${server.__proto__.id} \${var.__proto__}"] } }\n`,
}

describe('a stack file that is none', () => {
  it.each(Object.entries(files))('%s: is told as an error', (_what, content) => {
    const path = join(directory.path, 'bad.stack.yaml')
    writeFileSync(path, content)
    expectError(() => readStackFile(path))
  })

  it('is told as mistakes with places, whatever is cut out of a good one or put into it', () => {
    const good = pairStack()
    const hostile = fc.constantFrom(
      '\0',
      '\t',
      '&a ',
      '*a',
      '{',
      '[',
      '"',
      "'",
      '|',
      '>',
      '%',
      '!!x ',
      '- ',
      ': ',
      '? ',
      '#',
      '---\n',
      '${',
      '\uFEFF',
      '__proto__: ',
    )
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(12), fc.oneof(hostile, fc.string()), (at, cut, put) => {
        const result = parseStack({ file: 'a', text: good.slice(0, at) + put + good.slice(at + cut) })
        if (result.ok) return
        expect(result.diagnostics.length).toBeGreaterThan(0)
        for (const { line, column, message } of result.diagnostics) {
          expect(line > 0 && column > 0 && message !== '').toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('is told as a mistake, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(parseStack({ file: 'a', text }).ok).toBe(false)
      }),
      { numRuns: 100 },
    )
  })
})

describe('files of variables and plan files that are none', () => {
  const texts: Readonly<Record<string, string>> = {
    nothing: '',
    'no mapping': '[1]',
    'lists in lists': '['.repeat(1_000_000),
    'lists in lists, closed': '['.repeat(200_000) + ']'.repeat(200_000),
    'a plan with lists in lists': `{"kind":"plan-file","formatVersion":2,"plan":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    'a plan of nothing': '{"kind":"plan-file"}',
    'a plan with the prototype': '{"kind":"plan-file","__proto__":{"polluted":1},"formatVersion":2}',
    'half of a plan': '{"kind":"plan-file","formatVersion":2,"plan":{"steps":[',
    zeros: '\0'.repeat(1_000_000),
    'a number without an end': '1'.repeat(100_000),
  }
  it.each(Object.entries(texts))('%s: are told as an error', (_what, text) => {
    const path = join(directory.path, 'bad.json')
    writeFileSync(path, text)
    expectError(() => readPlanFile(path))
    if (!text.startsWith('{"kind":"plan-file"}') && !text.includes('__proto__'))
      expectError(() => readVariableFiles([path]))
  })

  it.each([
    [17 * 1024 * 1024, (path: string) => readVariableFiles([path])],
    [17 * 1024 * 1024, (path: string) => readStackFile(path)],
    [257 * 1024 * 1024, readPlanFile],
  ])('are refused by their size, of %i bytes, before they are read', (size, read) => {
    const path = join(directory.path, `large-${size}.json`)
    writeFileSync(path, '')
    truncateSync(path, size)
    expectError(() => read(path))
  })

  it('are refused by what they begin and end with, where they are large', () => {
    const path = join(directory.path, 'large-plan.json')
    const begin = '{"kind":"plan-file","formatVersion":2,'
    // Each is wrong in its middle too, which is told of what is read.
    for (const text of ['['.repeat(9e6), begin.padEnd(9e6), `${begin}${'['.repeat(9e6)},"digest":"x"`]) {
      writeFileSync(path, text)
      expect(() => readPlanFile(path)).toThrow(/is not a plan that evenkeel saved, or not whole$/)
    }
    writeFileSync(path, `${begin}${'['.repeat(9e6)},"digest":"abc"}\n`)
    expect(() => readPlanFile(path)).toThrow(/is not JSON/)
  })

  it('of more parts than anybody writes are refused where they are too many', () => {
    const path = join(directory.path, 'dense.yaml')
    writeFileSync(path, 'a: 1\n'.repeat(600_000))
    expect(() => readVariableFiles([path])).toThrow(/dense\.yaml:25000\d:\d has more parts/)
  })

  it('a variable may be called as the prototype is, and changes nothing of it', () => {
    const path = join(directory.path, 'proto.json')
    writeFileSync(path, '{ "__proto__": "polluted", "constructor": "polluted" }')
    expect(Object.entries(readVariableFiles([path])).map(([name]) => name)).toEqual(['__proto__', 'constructor'])
  })
})

/** Throws what people can do something about; nothing of it has got into the prototype of objects. */
function expectError(action: () => unknown): void {
  let thrown: unknown
  try {
    action()
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(EvenkeelError)
  expect(thrown).not.toBeInstanceOf(BugError)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}
