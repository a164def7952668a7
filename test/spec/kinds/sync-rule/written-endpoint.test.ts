import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseWrittenEndpoint } from '../../../../src/spec/kinds/sync-rule/written-endpoint.js'

describe('ends of sync rules as they are written', () => {
  it.each([
    ['./music/', { kind: 'local', path: './music/' }],
    ['/srv:80/x', { kind: 'local', path: '/srv:80/x' }],
    ['./web:/x', { kind: 'local', path: './web:/x' }],
    ['web:/srv/', { kind: 'server', server: 'web', path: '/srv/' }],
    ['server.web[0]:/a b', { kind: 'server', server: 'server.web[0]', path: '/a b' }],
    ['web[*]:/srv/', { kind: 'servers', server: 'web', path: '/srv/' }],
    ['volume.music', { kind: 'volume', volume: 'music', path: '' }],
    ['volume.music/a/', { kind: 'volume', volume: 'music', path: 'a/' }],
    ['me@example.net:a', { kind: 'remote', host: 'me@example.net', path: 'a' }],
  ])('%s', (text, end) => expect(parseWrittenEndpoint(text)).toEqual(end))

  it('keep the path as it is, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        expect(parseWrittenEndpoint(`./${path}`)).toEqual({ kind: 'local', path: `./${path}` })
        expect(parseWrittenEndpoint(`web:/${path}`)).toEqual({ kind: 'server', server: 'web', path: `/${path}` })
        expect(parseWrittenEndpoint(`volume.a/x${path}`)).toEqual({ kind: 'volume', volume: 'a', path: `x${path}` })
        expect(parseWrittenEndpoint(`a@b:${path}`)).toEqual({ kind: 'remote', host: 'a@b', path })
      }),
      { examples: [['a\nb'], ['a\u2028b'], ['\n']] },
    )
  })
})
