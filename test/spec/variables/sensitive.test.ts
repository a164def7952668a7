import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'
import { templateShown, templateSource } from '../../../src/model/template.js'
import { diagnosticsOf, head, server, specOf, type Options } from '../support/specs.js'

const planted = 'planted-7f3a9c'
const declared = 'variables: { token: { sensitive: true, pattern: "^planted" }, size: { type: integer, default: 1 } }\n'
const text = `${head}${declared}servers: { a: { ${server}, setup: ["login \${var.token} \${server.a.privateIp}"], userData: "t=\${var.token}" } }
sync: { s: { from: ./a, to: "a:/srv", onChange: "say \${var.token}" } }
`

const ways: Readonly<Record<string, Options>> = {
  'the environment': { environment: { EVENKEEL_VAR_token: planted } },
  'a file': {
    shared: { token: { text: planted, origin: 'values.yaml' }, unused: { text: 'x', origin: 'values.yaml' } },
  },
  'a file that the command line names': { variables: { token: planted } },
}

describe('a sensitive variable', () => {
  it.each(Object.entries(ways))('given by %s is in no specification', (_way, options) => {
    const result = parseStack({ file: 'stack.yaml', text, ...options })
    if (!result.ok) expect.fail(result.diagnostics[0]?.message)
    expect(JSON.stringify([result.spec, result.variables.values, result.variables.given])).not.toContain(planted)
    expect(result.variables.sensitive).toMatchObject([{ name: 'token', value: planted }])
  })

  it('is no value that a file needs to be right', () => {
    expect(diagnosticsOf(text)).toEqual([])
  })

  it('is a part of a template that digests by its name and version, and shows nothing', () => {
    const setup = specOf(text).servers[0]?.setup[0] ?? { parts: [] }
    expect(setup.parts).toEqual(['login ', { secret: 'token' }, ' ', { address: 'server.a', property: 'privateIp' }])
    expect(templateSource(setup)).toBe('login ${var.token} ${server.a.privateIp}')
    expect(templateShown(setup)).toBe('login (sensitive) ${server.a.privateIp}')
    const raised = specOf(text.replace('sensitive: true', 'sensitive: true, version: 2')).servers[0]?.setup[0]
    expect(raised && templateSource(raised)).toBe('login ${var.token@2} ${server.a.privateIp}')
  })

  it.each<[what: string, options: Options, code: string]>([
    ['on a command line', { variables: { token: planted }, spoken: ['token'] }, 'SPEC_SENSITIVE_SPOKEN'],
    ['that does not match', { environment: { EVENKEEL_VAR_token: `no ${planted}` } }, 'SPEC_VARIABLE_INVALID'],
    ['with a NUL', { environment: { EVENKEEL_VAR_token: `${planted}\0` } }, 'SPEC_VARIABLE_INVALID'],
  ])('is refused %s, without a word of its value', (_what, options, code) => {
    const diagnostics = diagnosticsOf(text, options)
    expect(diagnostics).toMatchObject([{ code }])
    expect(JSON.stringify(diagnostics)).not.toContain(planted)
  })
})

describe('values of variables', () => {
  const sized = `${head}${declared}volumes: { v: { size: "\${var.size}" } }\n`
  const size = (options: Options) => specOf(sized, options).volumes[0]?.sizeGiB
  const environment = { EVENKEEL_VAR_size: '2', EVENKEEL_VAR_other: 'x', OTHER: 'y' }
  const shared = { size: { text: '3', origin: 'values.yaml' } }

  it('come from the command line, then files, then the environment, then the default', () => {
    expect(size({})).toBe(1)
    expect(size({ environment })).toBe(2)
    expect(size({ environment, shared })).toBe(3)
    expect(size({ environment, shared, variables: { size: '4' } })).toBe(4)
  })

  it('are those of a saved plan alone where they were settled', () => {
    expect(size({ environment, shared, isSettled: true })).toBe(1)
    expect(size({ environment, shared, isSettled: true, variables: { size: '4' } })).toBe(4)
  })

  it('are told with where they came from when they are wrong', () => {
    expect(diagnosticsOf(sized, { environment: { EVENKEEL_VAR_size: 'x' } })).toMatchObject([
      { file: 'EVENKEEL_VAR_size' },
    ])
    expect(diagnosticsOf(sized, { shared: { size: { text: 'x', origin: 'v.yaml' } } })).toMatchObject([
      { file: 'v.yaml' },
    ])
  })

  it('are found in the environment by a name without a dash', () => {
    const dashed = `${head}variables: { db-size: { type: integer } }\nvolumes: { v: { size: "\${var.db-size}" } }\n`
    expect(specOf(dashed, { environment: { EVENKEEL_VAR_db_size: '7' } }).volumes[0]?.sizeGiB).toBe(7)
  })
})
