import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyFingerprint } from '../../../src/core/key-fingerprint.js'
import { generateOpensshKeyPair, publicKeyOf } from '../../../src/core/openssh-key.js'
import type { HostAccess, HostPort, KeyRequest } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { sshKeys } from '../../support/ssh-keys.js'
import { readFacts, Servers } from '../support.js'
import { readFileSync } from 'node:fs'

describeHosts(`keys of servers${unlessHosts}`, () => {
  let servers: Servers
  let hosts: HostPort
  let access: HostAccess
  /** The key that the server was launched with. */
  let launched: string

  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts({ connectPatienceMs: 2_000 })
    launched = publicKeyOf(readFileSync(access.privateKeyPath ?? '', 'utf8')) ?? ''
  })
  afterAll(async () => {
    hosts.close()
    await servers.stop()
  })

  const run = async (command: string) => {
    const lines: string[] = []
    await hosts.run(access, command, (line) => lines.push(line))
    return lines.join('\n')
  }

  const requestOf = async (name: string, former: readonly string[]): Promise<KeyRequest> => {
    const { privateKey, publicKey } = generateOpensshKeyPair(name)
    const privateKeyPath = join(servers.directory, name)
    await writeFile(privateKeyPath, privateKey, { mode: 0o600 })
    return { stack: 'demo', name, publicKey, privateKeyPath, former }
  }

  test('a new key comes, the one of the launch goes, and what others put there stays as it is', async () => {
    const others = [
      '# by hand',
      `${sshKeys.ed25519} somebody@example.com`,
      `from="10.0.0.1" ${sshKeys.ecdsa256} backup`,
      `${sshKeys.rsa} evenkeel:another-stack/deploy`,
    ]
    await run(
      `printf '%s\\n' ${others.map((line) => `'${line}'`).join(' ')} >> .ssh/authorized_keys; chmod 640 .ssh/authorized_keys`,
    )
    const first = await requestOf('one', [keyFingerprint(launched)])
    expect(await hosts.authorizeKey(access, first)).toBe('done')
    // The connection from before lives on; a new one needs the new key.
    hosts.disconnect(access.instanceId)
    await expect(hosts.run(access, 'true', () => {})).rejects.toMatchObject({ code: 'HOST_AUTHENTICATION_FAILED' })
    access = { ...access, otherKeyPaths: [first.privateKeyPath ?? ''] }
    expect(await run('cat .ssh/authorized_keys')).toBe([...others, `${first.publicKey} evenkeel:demo/one`].join('\n'))
    expect(await run('stat -c "%a %U %G" .ssh .ssh/authorized_keys; ls -A .ssh')).toBe(
      '700 admin admin\n640 admin admin\n.evenkeel-lock\nauthorized_keys',
    )
    expect(await hosts.authorizeKey(access, first)).toBe('unchanged')
    expect(readFacts(await hosts.probe(access)).authorizedKeys).toEqual([
      { key: sshKeys.ed25519 },
      { key: sshKeys.rsa, stack: 'another-stack' },
      { key: first.publicKey, stack: 'demo' },
    ])

    const second = await requestOf('two', [])
    expect(await hosts.authorizeKey(access, second)).toBe('done')
    access = { ...access, privateKeyPath: second.privateKeyPath }
    expect(await run('cat .ssh/authorized_keys')).toBe([...others, `${second.publicKey} evenkeel:demo/two`].join('\n'))
  })

  test('a key that opens nothing takes no other away', async () => {
    const before = await run('cat .ssh/authorized_keys')
    const nobodys: KeyRequest = { ...(await requestOf('three', [])), privateKeyPath: undefined }
    const wrong: KeyRequest = { ...(await requestOf('four', [])), privateKeyPath: access.privateKeyPath }
    for (const request of [nobodys, wrong]) {
      await expect(hosts.authorizeKey(access, request)).rejects.toMatchObject({
        code: 'HOST_KEY_UNPROVEN',
        message: expect.stringContaining('the keys that were there stay'),
      })
    }
    expect((await run('cat .ssh/authorized_keys')).startsWith(before)).toBe(true)
    const proven = await requestOf('five', [])
    expect(await hosts.authorizeKey(access, proven)).toBe('done')
    access = { ...access, privateKeyPath: proven.privateKeyPath }
    const after = await run('cat .ssh/authorized_keys')
    expect(after.match(/evenkeel:demo\/\w+/g)).toEqual(['evenkeel:demo/five'])
  })

  test('a file behind a link, one without a line end, and a missing one', async () => {
    await run(
      'mkdir -p keys; mv .ssh/authorized_keys keys/mine; truncate -s -1 keys/mine; ln -s ../keys/mine .ssh/authorized_keys',
    )
    const linked = await requestOf('six', [])
    expect(await hosts.authorizeKey(access, linked)).toBe('done')
    access = { ...access, privateKeyPath: linked.privateKeyPath }
    expect(await run('readlink .ssh/authorized_keys; tail -n 2 keys/mine | cut -d " " -f 3')).toBe(
      '../keys/mine\nevenkeel:another-stack/deploy\nevenkeel:demo/six',
    )
    await run('rm -r .ssh')
    const made = await requestOf('seven', [])
    expect(await hosts.authorizeKey(access, made)).toBe('done')
    access = { ...access, privateKeyPath: made.privateKeyPath }
    expect(await run('stat -c "%a %U" .ssh .ssh/authorized_keys; cut -d " " -f 3 .ssh/authorized_keys')).toBe(
      '700 admin\n600 admin\nevenkeel:demo/seven',
    )
  })

  test("root's own, and a login user without a key file", async () => {
    const root = await servers.boot('root', { loginUser: 'root' })
    const request = await requestOf('eight', [keyFingerprint(launched)])
    expect(await hosts.authorizeKey(root, request)).toBe('done')
    hosts.disconnect(root.instanceId)
    const lines: string[] = []
    const entered = { ...root, privateKeyPath: request.privateKeyPath }
    await hosts.run(entered, 'cut -d " " -f 3 /root/.ssh/authorized_keys', (line) => lines.push(line))
    expect(lines).toEqual(['evenkeel:demo/eight'])
  })
})
