import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'
import { diagnosticsOf, head, server, specOf } from '../support/specs.js'

const entries = `servers: { front: { count: 2, ${server} }, one: { ${server} } }
volumes: { data: { size: 1, zone: us-east-1a } }
`
const before = `${head}${entries}`
const moved = (...moves: readonly string[]) => `moved: [${moves.map((move) => `{ ${move} }`).join(', ')}]\n`

describe('moved', () => {
  it('says what was renamed, in the order of the file', () => {
    const text = moved('from: server.web, to: server.front', "from: 'server.old[3]', to: server.one")
    expect(specOf(`${before}${text}`).moves).toEqual([
      { from: 'server.web', to: 'server.front' },
      { from: 'server.old[3]', to: 'server.one' },
    ])
  })

  it('is absent where nothing is said, so that nothing else of the specification changes', () => {
    expect(specOf(`${before}moved: []\n`)).toEqual(specOf(before))
  })

  it('goes over several names, the last of which is in the file', () => {
    const text = moved('from: server.a, to: server.b', 'from: server.b, to: server.front')
    expect(specOf(`${before}${text}`).moves).toHaveLength(2)
  })

  it('moves a member that the count has not, and to one that it has', () => {
    expect(specOf(`${before}${moved("from: 'server.front[2]', to: server.one")}`).moves).toHaveLength(1)
    expect(specOf(`${before}${moved("from: server.web, to: 'server.front[1]'")}`).moves).toHaveLength(1)
  })

  it.each([
    ['a name that is still there', ['from: server.front, to: server.one'], 'still in the file'],
    ['a member that is still there', ["from: 'server.front[1]', to: server.one"], 'still in the file'],
    ['a name that is not there', ['from: server.web, to: server.fornt'], 'the file has no server.fornt'],
    ['a member that is not there', ["from: server.web, to: 'server.front[2]'"], 'the file has no server.front[2]'],
    ['another kind', ['from: server.web, to: volume.data'], 'of two kinds'],
    ['what is no address', ['from: web, to: server.front'], '"web" is no address'],
    ['an elastic address', ['from: elasticIp.web, to: elasticIp.front'], 'moves with its server'],
    ['an index where there is none', ["from: 'securityGroup.a[0]', to: volume.data"], 'has no index'],
    ['a name twice', ['from: server.a, to: server.front', 'from: server.a, to: server.one'], 'stands here twice'],
    ['two names that become one', ['from: server.a, to: server.one', 'from: server.b, to: server.one'], 'twice'],
    ['a circle', ['from: server.a, to: server.b', 'from: server.b, to: server.a'], 'comes back to itself'],
  ] as const)('refuses %s', (_what, moves, message) => {
    const found = diagnosticsOf(`${before}${moved(...moves)}`)
    expect(found.map(({ code }) => code)).toContain('SPEC_BAD_MOVE')
    expect(found.map((one) => one.message).join('\n')).toContain(message)
    expect(found.every(({ line }) => line === 6)).toBe(true)
  })

  it('says what was meant', () => {
    const [found] = diagnosticsOf(`${before}${moved('from: server.web, to: server.fornt')}`)
    expect(found?.hint).toContain('`front`')
  })

  it('refuses what has not the shape', () => {
    const codes = diagnosticsOf(
      `${before}moved: [{ from: server.web }, 7, { from: server.a, to: server.one, why: x }]\n`,
    )
    expect(codes.map(({ code }) => code)).toEqual(['SPEC_MISSING_KEY', 'SPEC_WRONG_TYPE', 'SPEC_UNKNOWN_KEY'])
  })

  it('is not inherited', () => {
    const text = `evenkeel: 1\n${moved('from: server.web, to: server.front')}`
    const base = { file: 'base.yaml', text, directory: '', written: './base.yaml' }
    const result = parseStack({ file: 'stack.yaml', text: `${before}extends: ./base.yaml\n`, bases: [base] })
    expect(result.ok && result.spec.moves).toBeUndefined()
  })
})
