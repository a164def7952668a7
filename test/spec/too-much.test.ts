import { describe, expect, it } from 'vitest'
import { parseStack } from '../../src/spec/parse.js'
import { sizeOfText } from '../../src/spec/yaml/text-size.js'

const head = 'evenkeel: 1\nstack: demo\ntarget: sandbox\n'
const server = 'image: ami-12345678, type: t3.small'

/** As the benches have it. */
const tenThousand = `${head}servers:\n${rows(
  10_000,
  (index) => `  node-${index}:
    image: { owner: "136693071363", name: "debian-12-amd64-*", architecture: x86_64 }
    type: t3.small
    zone: us-east-1a
    tags: { role: worker }
`,
)}volumes:\n${rows(
  20_000,
  (index) => `  data-${index}:
    server: node-${index % 10_000}
    size: 10
    mount: /srv/data-${index}
`,
)}`

/** `code line:column` of every mistake. */
function mistakesIn(text: string): readonly string[] {
  const result = parseStack({ file: 'a', text })
  return result.ok ? [] : result.diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)
}

function rows(count: number, row: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => row(index)).join('')
}

describe('a text with more parts than the largest stacks', () => {
  it.each([
    ['lines', '[\n', '\n', '500000:1'],
    ['items', `${head}tags: [`, 'a,', /^4:99999\d$/],
    ['commas', `${head}tags: [`, ',', /^4:50000\d$/],
    ['quotes', '', '"', '1:500001'],
    ['escapes', '', '\\q', '1:1000001'],
    ['dashes', '', '- ', '1:1000001'],
    ['keys', head, 'a: b\n', /^25000\d:\d$/],
    ['aliases', head, '- *a\n', /^16666\d:\d$/],
    ['documents', '', '---\n', '500001:4'],
  ])('is told where they are too many, before any reader sees it: %s', (_what, before, part, place) => {
    // Each of them is no YAML from its first lines on.
    const [first = '', ...others] = mistakesIn(before + part.repeat(600_000))
    expect(others).toEqual([])
    const [code, where = ''] = first.split(' ')
    expect(code).toBe('STACK_FILE_TOO_LARGE')
    if (typeof place === 'string') expect(where).toBe(place)
    else expect(where).toMatch(place)
  })

  it('is none of 10,000 servers with two volumes each', () => {
    expect(sizeOfText(tenThousand)).toEqual({ isLarge: true, tooManyFrom: undefined })
  })
})

describe('a large text', () => {
  const large = `${head}servers:\n${rows(10_000, (index) => `  s${index}: { ${server} }\n`)}`

  it('is read with its places', () => {
    expect(sizeOfText(large)).toEqual({ isLarge: true, tooManyFrom: undefined })
    const result = parseStack({ file: 'a', text: large })
    expect(result.ok && result.spec.servers).toHaveLength(10_000)
    expect(result.ok && result.locate(result.spec.servers[0]?.address ?? ('' as never))).toMatchObject({
      line: 5,
      column: 3,
    })
  })

  it('has the places of all its mistakes', () => {
    const text = `${large.replace('  s7: {', '  s7: { tpye: x,')}  last: { ${server}, zone: 7 }\nserver: {}\n`
    expect(mistakesIn(text)).toEqual(['SPEC_UNKNOWN_KEY 12:9', 'SPEC_WRONG_TYPE 10005:54', 'SPEC_UNKNOWN_KEY 10006:1'])
  })

  it('has the place of its first mistake of syntax', () => {
    expect(mistakesIn(large.replace('  s7: {', '  s7 {'))).toEqual(['SPEC_SYNTAX 12:33'])
  })

  it('has no NUL', () => {
    expect(mistakesIn(`${large}# \0\0\n`)).toEqual(['SPEC_SYNTAX 10005:3'])
    expect(mistakesIn('\0'.repeat(15_000_000))).toEqual(['SPEC_SYNTAX 1:1'])
  })

  it('may have one text of a million letters, and none of more', () => {
    const comment = (letters: number) => `${head}tags: { a: "${'x'.repeat(letters)}" }\n`
    expect(mistakesIn(comment(1024 * 1024))).toEqual(['SPEC_BAD_TAG 4:9'])
    expect(mistakesIn(comment(1024 * 1024 + 1))).toEqual(['SPEC_SYNTAX 4:13'])
    expect(mistakesIn(`${head}tags: ${'1'.repeat(15_000_000)}\n`)).toEqual(['SPEC_SYNTAX 4:7'])
  })

  it('cannot make its readers go on and on with one number', () => {
    expect(mistakesIn(`${head}tags: ${'1'.repeat(900_000)}\n`)).toEqual(['SPEC_WRONG_TYPE 4:7'])
    expect(mistakesIn(`${head}tags: ${'1.'.repeat(450_000)}\n`)).toEqual(['SPEC_WRONG_TYPE 4:7'])
  })

  it('is told in messages of some length', () => {
    const long = 'x'.repeat(900_000)
    const result = parseStack({
      file: 'a',
      text: `${head}servers: { "${long}": { ${long}: 1, type: "${long}" } }\n${long}: 1\n`,
    })
    if (result.ok) throw new Error('it has mistakes')
    expect(result.diagnostics.length).toBeGreaterThan(2)
    for (const { message, frame = '', hint = '' } of result.diagnostics) {
      expect(message.length + frame.length + hint.length).toBeLessThan(2_000)
    }
  })
})

describe('a text with more mistakes than anybody reads', () => {
  const wrong = (count: number) => rows(count, (index) => `  s${index}: { image: 1, tpye: x, zone: [] }\n`)

  it('is not looked at to its end, which is said', () => {
    const result = parseStack({ file: 'a', text: `${head}servers:\n${wrong(20_000)}volumes:\n  a: { size: x }\n` })
    if (result.ok) throw new Error('it has mistakes')
    expect(result.isCut).toBe(true)
    expect(result.total).toBeGreaterThan(1_000)
    expect(result.total).toBeLessThan(3_000)
    expect(result.diagnostics.map(({ line }) => line)).toEqual(
      Array.from({ length: 100 }, (_, index) => 5 + Math.floor(index / 3)),
    )
  })

  it('is none with some hundreds in a place', () => {
    const result = parseStack({
      file: 'a',
      text: `${head}servers:\n${wrong(300)}volumes:\n  a: { size: 1, server: none }\n`,
    })
    if (result.ok) throw new Error('it has mistakes')
    expect([result.isCut, result.total]).toEqual([false, 901])
  })
})

describe('a few lines that stand for very much', () => {
  it.each([
    [
      'counts',
      `${head}servers:\n${rows(20, (index) => `  s${index}: { count: 10000, ${server} }\n`)}`,
      ['SPEC_OUT_OF_RANGE 15:3'],
    ],
    [
      'copies to every server',
      `${head}servers:\n  a: { count: 10000, ${server} }\nsync:\n${rows(20, (index) => `  s${index}: { from: ./a/, to: "a[*]:/b${index}/" }\n`)}`,
      ['SPEC_OUT_OF_RANGE 16:3'],
    ],
    [
      'dependencies on every server',
      `${head}servers:\n  a: { count: 10000, ${server} }\n${rows(200, (index) => `  s${index}: { ${server}, dependsOn: [server.a] }\n`)}`,
      ['SPEC_OUT_OF_RANGE 106:48'],
    ],
    [
      'a variable in a text',
      `${head}variables: { a: { default: "${'x'.repeat(100_000)}" } }\ntags: { b: "${'${var.a}'.repeat(1_000)}" }\n`,
      ['SPEC_TEXT_TOO_LONG 5:12'],
    ],
    [
      'a variable in a command',
      `${head}variables: { a: { default: "${'x'.repeat(100_000)}" } }\nservers: { a: { ${server}, setup: ["${'${ var.a }'.repeat(1_000)}"] } }\n`,
      ['SPEC_TEXT_TOO_LONG 5:62'],
    ],
    [
      'a long text by its aliases',
      `${head}servers:\n  a: &a { ${server}, setup: ["${'x'.repeat(100_000)}"] }\n${rows(1_000, (index) => `  s${index}: *a\n`)}`,
      ['SPEC_SYNTAX 644:9'],
    ],
  ])('is told where it is too much: %s', (_what, text, mistakes) => expect(mistakesIn(text)).toEqual(mistakes))

  it('may stand for much', () => {
    const text = `${head}servers:\n${rows(9, (index) => `  s${index}: { count: 1000, ${server} }\n`)}`
    expect(mistakesIn(text)).toEqual([])
  })
})
