import { describe, expect, it } from 'vitest'
import { analyse } from '../../src/spec/analyse.js'
import { parseStack } from '../../src/spec/parse.js'
import { head } from '../support/stack-texts.js'

const wrong = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('of very many mistakes', () => {
  it('the first of each section are kept, and the others counted', () => {
    const value = {
      evenkeel: 1,
      stack: 'demo',
      servers: { web: { image: 'ami-12345678', type: 't3.small', setup: wrong(5000) } },
      volumes: { data: { size: 'x', server: 'web' } },
    }
    const { problems, untold, said } = analyse(value, { text: '' })
    expect(said).toBeUndefined()
    expect(problems.filter(({ path }) => path[0] === 'servers')).toHaveLength(2000)
    expect(problems.filter(({ path }) => path[0] === 'volumes')).toHaveLength(1)
    expect(untold).toBe(3000)
  })

  it('all are counted, and the first in the file are told', () => {
    const items = wrong(5000).map((index) => `      - ${index}\n`)
    const servers = `servers:\n  web:\n    image: ami-12345678\n    type: t3.small\n    setup:\n${items.join('')}`
    const result = parseStack({ file: 'stack.yaml', text: `${head}volumes: { data: { size: x } }\n${servers}` })
    if (result.ok) expect.fail('it has mistakes')
    expect(result.total).toBe(5001)
    expect(result.diagnostics.map(({ line }) => line)).toEqual([4, ...wrong(99).map((index) => index + 10)])
  })
})
