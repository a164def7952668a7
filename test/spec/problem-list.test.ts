import { describe, expect, it } from 'vitest'
import { analyse } from '../../src/spec/analyse.js'
import { parseStack } from '../../src/spec/parse.js'
import { head } from '../support/stack-texts.js'

const wrong = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('of very many mistakes', () => {
  it('the first of each place are kept, and the rest of the file is not looked at', () => {
    const value = {
      evenkeel: 1,
      stack: 'demo',
      servers: { web: { image: 'ami-12345678', type: 't3.small', setup: wrong(5000) } },
      volumes: { data: { size: 'x', server: 'web' } },
    }
    const input = { mayInterpolate: false, localPath: (_path: unknown, written: string) => written }
    const { problems, untold, said, isCut } = analyse(value, input)
    expect(said).toBeUndefined()
    expect(problems.filter(({ path }) => path[0] === 'servers')).toHaveLength(2000)
    expect(problems.filter(({ path }) => path[0] === 'volumes')).toHaveLength(1)
    expect([untold, isCut]).toEqual([0, true])
  })

  it('the first in the file are told', () => {
    const items = wrong(5000).map((index) => `      - ${index}\n`)
    const servers = `servers:\n  web:\n    image: ami-12345678\n    type: t3.small\n    setup:\n${items.join('')}`
    const result = parseStack({ file: 'stack.yaml', text: `${head}volumes: { data: { size: x } }\n${servers}` })
    if (result.ok) expect.fail('it has mistakes')
    expect([result.total, result.isCut]).toEqual([2001, true])
    expect(result.diagnostics.map(({ line }) => line)).toEqual([4, ...wrong(99).map((index) => index + 10)])
  })

  it('of which each is well formed, ten thousand are found', () => {
    const rows = wrong(12_000).map((index) => `  v${index}: { size: 1, server: none }\n`)
    const result = parseStack({ file: 'stack.yaml', text: `${head}volumes:\n${rows.join('')}` })
    if (result.ok) expect.fail('it has mistakes')
    expect([result.total, result.isCut]).toEqual([10_000, true])
    expect(result.diagnostics.map(({ line }) => line)).toEqual(wrong(100).map((index) => index + 5))
  })

  it('fewer are all counted', () => {
    const rows = wrong(3_000).map((index) => `  v${index}: { size: 1, server: none }\n`)
    const result = parseStack({ file: 'stack.yaml', text: `${head}volumes:\n${rows.join('')}` })
    if (result.ok) expect.fail('it has mistakes')
    expect([result.total, result.isCut]).toEqual([3_000, false])
  })
})
