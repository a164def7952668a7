import { describe, expect, it } from 'vitest'
import { serverNamed, serversByPattern } from '../../../src/app/servers/named-by-pattern.js'
import type { StackSpec } from '../../../src/model/stack-spec.js'

const spec = stackOf([
  'server.boot',
  'server.web[0]',
  'server.web[1]',
  'server.web[2]',
  'server.web[10]',
  'server.web-api',
])

describe('servers by pattern', () => {
  it.each([
    [['server.boot'], ['server.boot']],
    [['boot'], ['server.boot']],
    [['web[1]'], ['server.web[1]']],
    [['web'], ['server.web[0]', 'server.web[1]', 'server.web[2]', 'server.web[10]']],
    [['server.web[*]'], ['server.web[0]', 'server.web[1]', 'server.web[2]', 'server.web[10]']],
    [['web[1..10]'], ['server.web[1]', 'server.web[2]', 'server.web[10]']],
    [['web[1*]'], ['server.web[1]', 'server.web[10]']],
    [['server.*'], spec.servers.map(({ address }) => address)],
    [['*'], spec.servers.map(({ address }) => address)],
    [['web-*'], ['server.web-api']],
    [['w*b*i'], ['server.web-api']],
    [
      ['*api', 'web[0]', 'server.web[0]'],
      ['server.web[0]', 'server.web-api'],
    ],
  ])('%j', (patterns, addresses) => {
    expect(serversByPattern(patterns, spec)).toEqual(addresses)
  })

  it('tells every pattern that names none, at once', () => {
    expect(() => serversByPattern(['web[3]', 'boot', 'volume.x'], spec)).toThrow(
      'the stack s has no server server.web[3], no server server.volume.x',
    )
    expect(() => serversByPattern(['bot'], spec)).toThrow(
      expect.objectContaining({ hint: 'did you mean `server.boot`?' }),
    )
    expect(() => serversByPattern(['web[2..1]'], spec)).toThrow(expect.objectContaining({ code: 'SERVER_UNKNOWN' }))
    expect(() => serversByPattern(['x'], stackOf([]))).toThrow(
      expect.objectContaining({ hint: 'it has no servers at all' }),
    )
  })

  it('takes no character but the star for something special', () => {
    expect(() => serversByPattern(['w.b[0]', 'web[0', '[', '(', ''], spec)).toThrow(
      expect.objectContaining({ code: 'SERVER_UNKNOWN' }),
    )
  })

  it('stands for one where one is meant', () => {
    expect(serverNamed('web[2]', spec)).toBe('server.web[2]')
    expect(serverNamed('b*', spec)).toBe('server.boot')
    expect(() => serverNamed('web', spec, 'web:/srv')).toThrow('web:/srv means several servers')
  })
})

function stackOf(addresses: readonly string[]): StackSpec {
  return { stack: 's', servers: addresses.map((address) => ({ address })) } as unknown as StackSpec
}
