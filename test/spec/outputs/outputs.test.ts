import { describe, expect, it } from 'vitest'
import { templateSource } from '../../../src/model/template.js'
import { parseStack } from '../../../src/spec/parse.js'
import { head, mistakesIn, server, specOf } from '../support/specs.js'

const servers = `servers: { web: { count: 2, ${server} }, boot: { ${server} } }\n`
const before = `${head}${servers}`

function outputsIn(text: string, options = {}) {
  const entries = (specOf(`${before}${text}`, options).outputs ?? []).map(({ name, value }) => {
    const shown = 'parts' in value ? templateSource(value) : value.map(templateSource)
    return [name, shown] as const
  })
  return Object.fromEntries(entries)
}

describe('outputs of a stack file', () => {
  it('are texts and lists of texts, by name', () => {
    expect(
      outputsIn(
        'outputs: { z: 7, a: "${server.web[0].publicIp}:$${x}", list: ["${server.boot.id}", true], none: [] }\n',
      ),
    ).toEqual({
      a: '${server.web[0].publicIp}:${x}',
      list: ['${server.boot.id}', 'true'],
      none: [],
      z: '7',
    })
  })

  it('are absent where the file has none, so that nothing else of the specification changes', () => {
    expect(specOf(`${before}outputs: {}\n`)).toEqual(specOf(before))
  })

  it('say of all members of a count what one says, in order', () => {
    expect(outputsIn('outputs: { all: "${server.web[*].privateIp}" }\n')).toEqual({
      all: ['${server.web[0].privateIp}', '${server.web[1].privateIp}'],
    })
  })

  it('have variables in them, and of a sensitive one its name alone', () => {
    const declared = 'variables: { port: { default: "80" }, token: { sensitive: true } }\n'
    const text = `${declared}outputs: { url: "http://\${server.boot.publicIp}:\${var.port}/", key: "k-\${var.token}" }\n`
    const environment = { EVENKEEL_VAR_token: 'swordfish' }
    expect(outputsIn(text, { environment })).toEqual({
      key: 'k-${var.token}',
      url: 'http://${server.boot.publicIp}:80/',
    })
    expect(JSON.stringify(specOf(`${before}${text}`, { environment }))).not.toContain('swordfish')
  })

  it.each([
    ['an unknown server', '"${server.wep.publicIp}"', '5:16 SPEC_UNKNOWN_REFERENCE'],
    ['a member that is not chosen', '"${server.web.publicIp}"', '5:16 SPEC_BAD_INDEX'],
    ['an unknown property, of all members once', '"${server.web[*].pubIp}"', '5:16 SPEC_BAD_REFERENCE'],
    ['all members of what has no count', '"${server.boot[*].publicIp}"', '5:16 SPEC_BAD_INDEX'],
    ['all members within a text', '"x${server.web[*].publicIp}"', '5:17 SPEC_BAD_INDEX'],
    ['an unknown variable in a list', '[a, "${var.no}"]', '5:20 SPEC_UNKNOWN_VARIABLE'],
    ['a mapping', '{ x: 1 }', '5:15 SPEC_WRONG_TYPE'],
    ['nothing', 'null', '5:15 SPEC_WRONG_TYPE'],
    ['two lines', '"a\\nb"', '5:15 SPEC_BAD_TEXT'],
  ])('refuse %s', (_what, value, mistake) => {
    expect(mistakesIn(`${before}outputs: { a: ${value} }\n`)).toEqual([mistake])
  })

  it('refuse a name with a space', () => {
    expect(mistakesIn(`${before}outputs: { "a b": x }\n`)).toEqual(['5:12 SPEC_BAD_NAME'])
  })

  it('merge over those of a base, where null removes', () => {
    const base = {
      file: 'base.yaml',
      text: 'evenkeel: 1\noutputs: { a: base, b: base, c: base }\n',
      directory: '',
      written: './base.yaml',
    }
    const text = `${before}extends: ./base.yaml\noutputs: { b: own, c: null }\n`
    const result = parseStack({ file: 'stack.yaml', text, bases: [base] })
    const outputs = result.ok ? (result.spec.outputs ?? []) : []
    expect(outputs.map(({ name, value }) => [name, value])).toEqual([
      ['a', { parts: ['base'] }],
      ['b', { parts: ['own'] }],
    ])
  })
})
