import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'

const parse = (entry: string, more = '') =>
  parseStack({
    file: 'stack.yaml',
    text: `evenkeel: 1\nstack: s\ntarget: sandbox\nservers:\n  web: { image: ami-00000001, type: t3.small, ${entry} }\n${more}`,
  })
const codesOf = (entry: string, more = '') => {
  const parsed = parse(entry, more)
  return parsed.ok ? [] : parsed.diagnostics.map(({ code }) => code)
}

describe('spot of a server', () => {
  it('ends with an interruption unless it says otherwise', () => {
    const parsed = parse('spot: {}')
    expect(parsed.ok && parsed.spec.servers[0]?.options).toEqual({ spot: { interruption: 'terminate' } })
  })

  it.each(['protect: true', 'stopProtection: true', 'placement: { tenancy: host }', 'state: stopped'])(
    'does not stand beside what EC2 does not do for it: %s',
    (beside) => expect(codesOf(`spot: {}, ${beside}`)).toEqual(['SPEC_CONFLICTING_KEYS']),
  )

  it('has no price that EC2 would round, since no server would ever have it', () => {
    expect(codesOf('spot: { maxPrice: 0.012346 }')).toEqual([])
    const parsed = parse('spot: { maxPrice: 0.0123456 }')
    expect(parsed.ok ? [] : parsed.diagnostics).toMatchObject([
      { code: 'SPEC_INVALID_VALUE', line: 5, hint: 'write 0.012346' },
    ])
  })

  it('stands beside a stop where its request is persistent', () => {
    expect(codesOf('spot: { interruption: stop }, state: stopped')).toEqual([])
  })

  it('is no source of an image where it cannot be stopped', () => {
    const images = 'images:\n  golden: { from: server.web }\n'
    expect(codesOf('spot: {}', images)).toEqual(['SPEC_CONFLICTING_KEYS'])
    expect(codesOf('spot: { interruption: stop }', images)).toEqual([])
  })
})
