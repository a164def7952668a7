import { expect, it } from 'vitest'
import { aloneIn, placeOfKind, serversEntered } from '../../../src/model/steps/step-kinds.js'
import { plainStep } from '../../support/steps.js'

it('a step that edits a server occupies that server', () => {
  expect(aloneIn(plainStep('write-fstab', 'volume.music', [], { server: 'server.web' }))).toBe('server.web')
  expect(aloneIn(plainStep('run-setup', 'server.web'))).toBe('server.web')
  expect(aloneIn(plainStep('copy-files', 'sync.library', [], { server: 'server.web', source: './a' }))).toBeUndefined()
  expect(aloneIn(plainStep('create-server', 'server.web'))).toBeUndefined()
})

it('tells what runs inside servers from what EC2 does', () => {
  expect(placeOfKind('mount-volume')).toBe('host')
  expect(placeOfKind('attach-volume')).toBe('ec2')
})

it.each([
  ['the server itself', plainStep('connect-host', 'server.web'), ['server.web']],
  ['the server of a volume', plainStep('mount-volume', 'volume.a', [], { server: 'server.web' }), ['server.web']],
  ['nothing, by EC2 alone', plainStep('attach-volume', 'volume.a', [], { server: 'server.web' }), []],
  [
    'the server that is held still for a snapshot',
    plainStep('create-snapshot', 'volume.a', [], { hold: { how: 'freeze', server: 'server.web' } }),
    ['server.web'],
  ],
  ['nothing for a snapshot without a hold', plainStep('create-snapshot', 'volume.a'), []],
  ['nothing for snapshots without a server', plainStep('create-snapshots', 'server.web'), []],
  [
    'both ends of a copy, each once',
    plainStep('copy-files', 'sync.a', [], {
      server: 'server.web',
      source: [
        { server: 'server.db', path: '/a' },
        { server: 'server.web', path: '/b' },
        { host: 'x@y', path: '/c' },
      ],
    }),
    ['server.web', 'server.db'],
  ],
  [
    'nothing for a copy to this machine from this machine',
    plainStep('copy-files', 'sync.a', [], { source: './a' }),
    [],
  ],
  [
    'both servers of a block copy',
    plainStep('copy-blocks', 'sync.a', [], {
      source: { volume: 'volume.a', server: 'server.a' },
      destination: { volume: 'volume.b', server: 'server.b' },
    }),
    ['server.a', 'server.b'],
  ],
  [
    'the servers that hold what a record is taken of',
    plainStep('record-copy', 'sync.a', [], { target: 'server.b', source: [{ server: 'server.a', path: '/a' }] }),
    ['server.a'],
  ],
])('a step enters %s', (_, step, servers) => {
  expect(serversEntered(step)).toEqual(servers)
})
