import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Address } from '../../src/model/address.js'
import type { HostAccess } from '../../src/executor/ports.js'
import { entryOptions, hostBlock } from '../../src/sync/ssh/ssh-entry.js'
import { temporaryDirectory } from '../support/evenkeel.js'

const access: HostAccess = {
  address: 'server.web' as Address,
  instanceId: 'i-1',
  hostname: '10.0.0.1',
  port: 22,
  user: 'admin',
  hostKey: 'ssh-ed25519 AAAA',
  privateKeyPath: undefined,
}
const optionsOf = (changes: Partial<HostAccess>) =>
  entryOptions({ ...access, ...changes }, { alias: 'web', knownHostsPath: '/known' })

describe('what ssh is told of a server', () => {
  it('has one line for each option', () => {
    expect(Object.fromEntries(optionsOf({ hostKey: ' ssh-ed25519 AAAA\n' }))).toMatchObject({
      HostName: '10.0.0.1',
      User: 'admin',
      HostKeyAlgorithms: 'ssh-ed25519',
      StrictHostKeyChecking: 'yes',
    })
  })

  it.each(['/a key', '/a"key"', String.raw`/a\key`, String.raw`/a\"key\\`, '/a%h%%key', "/a'key#,:=", '/ä🔑'])(
    'has the path %s as it is',
    (path) => {
      const { path: directory, remove } = temporaryDirectory('ssh-entry')
      const config = join(directory, 'config')
      writeFileSync(config, hostBlock(['web'], optionsOf({ privateKeyPath: path })))
      const read = execFileSync('ssh', ['-G', '-F', config, 'web'], { encoding: 'utf8' })
      remove()
      expect(/^identityfile (.*)$/m.exec(read)?.[1]?.replaceAll('%%', '%')).toBe(path)
    },
  )

  it.each([
    { user: 'admin\n  ProxyCommand touch /tmp/x' },
    { user: 'admin\r\nProxyCommand x' },
    { hostname: '10.0.0.1\nProxyCommand x' },
    { hostKey: 'ssh-ed25519 AAAA\n* ssh-ed25519 BBBB' },
  ])('has no option that a tag or an answer brings: %j', (changes) => {
    expect(() => optionsOf(changes)).toThrow(expect.objectContaining({ code: 'HOST_UNREACHABLE' }))
  })
})
