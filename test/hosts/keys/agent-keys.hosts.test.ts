import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateOpensshKeyPair } from '../../../src/core/openssh-key.js'
import type { HostAccess } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { createLocalKeys } from '../../../src/hosts/keys/local-keys.js'
import type { Address } from '../../../src/model/address.js'
import { SshConnections } from '../../../src/sync/ssh/ssh-connections.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { Servers } from '../support.js'

const deploy = 'keyPair.deploy' as Address

describeHosts(`an agent of eight keys${unlessHosts}`, () => {
  let servers: Servers
  let agent: ChildProcess
  let access: HostAccess
  let publicKey: string
  const before = process.env['SSH_AUTH_SOCK']

  beforeAll(async () => {
    servers = await Servers.start()
    const socket = join(servers.directory, 'agent')
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    while (!existsSync(socket)) await sleep(10)
    process.env['SSH_AUTH_SOCK'] = socket
    const add = (path: string) => execFileSync('ssh-add', ['-q', path], { stdio: 'ignore' })
    for (const name of ['1', '2', '3', '4', '5', '6', '7']) {
      const path = join(servers.directory, `other-${name}`)
      writeFileSync(path, generateOpensshKeyPair(name).privateKey, { mode: 0o600 })
      add(path)
    }
    // Behind all the others: sshd ends the connection before it comes to it.
    add(servers.privateKeyPath)
    publicKey = execFileSync('ssh-keygen', ['-y', '-f', servers.privateKeyPath], { encoding: 'utf8' })
      .split(' ', 2)
      .join(' ')
    access = { ...(await servers.boot('web')), privateKeyPath: undefined }
  })
  afterAll(async () => {
    if (before === undefined) delete process.env['SSH_AUTH_SOCK']
    else process.env['SSH_AUTH_SOCK'] = before
    agent.kill()
    await servers.stop()
  })

  /** The way in as it is found for a pair whose public half is known: as EC2 has it, or as the file names it. */
  const entered = async (named: string | undefined): Promise<HostAccess> => {
    const keys = createLocalKeys({
      stack: 'web',
      directory: join(servers.directory, 'keys'),
      keyPairs: [{ address: deploy, publicKey: named === undefined ? undefined : { kind: 'text', text: named } }],
      baseDirectory: servers.directory,
    })
    await keys.publicKey(deploy, publicKey)
    const { own, inAgent } = await keys.privateKeyPaths(deploy, [])
    expect(own).toBeUndefined()
    return { ...access, agentKeys: inAgent }
  }
  test.each([['generated'], ['named']])('is asked for the one key of a %s pair, and for no other', async (kind) => {
    const way = await entered(kind === 'named' ? publicKey : undefined)
    expect(way.agentKeys).toEqual([publicKey])
    const hosts = createHosts({ connectPatienceMs: 2_000 })
    expect(await hosts.probe(way)).toMatchObject({ kind: 'read' })
    hosts.close()
  })

  test('is asked for it by the system’s ssh too', async () => {
    const connections = new SshConnections(servers.directory)
    const result = await connections.runScript(await entered(undefined), 'echo in', 'user')
    await connections.close()
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^in\s*$/) })
  })

  test('is asked for all of them, a few to a login, where nobody knows which fits', async () => {
    const hosts = createHosts({ connectPatienceMs: 2_000 })
    expect(await hosts.probe(access)).toMatchObject({ kind: 'read' })
    hosts.close()
  })
})
