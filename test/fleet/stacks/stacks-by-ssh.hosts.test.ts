import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findStacks } from '../../../src/fleet/stacks/find-stacks.js'
import type { FleetSpec } from '../../../src/fleet/types.js'

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-fleet-ssh-'))
const bare = join(folder, 'infra.git')
let sshd: ChildProcess
let port = 0

beforeAll(async () => {
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  port = await freePort()
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user.pub')))
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized`,
      `PidFile ${folder}/sshd.pid`,
      'StrictModes no',
      'PasswordAuthentication no',
      'UsePAM no',
      'PermitRootLogin yes',
      '',
    ].join('\n'),
  )
  mkdirSync('/run/sshd', { recursive: true })
  sshd = spawn('/usr/sbin/sshd', ['-D', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  await answers(port)
  execFileSync('git', ['init', '--quiet', '--bare', bare])
  execFileSync('git', ['fast-import', '--quiet', '--date-format=now'], {
    cwd: bare,
    input: [
      'commit refs/heads/main',
      'committer A <a@example.com> now',
      'data 1',
      'x',
      'M 100644 inline prod/a.yaml',
      'data <<END',
      'evenkeel: 1',
      'stack: a',
      'target: sandbox',
      'END',
      '',
    ].join('\n'),
  })
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
})

afterAll(() => {
  vi.unstubAllEnvs()
  sshd.kill()
  rmSync(folder, { recursive: true, force: true })
})

describe('stacks of a repository over ssh', () => {
  it('are fetched with the key that ssh has for it', async () => {
    const host = readFileSync(join(folder, 'host.pub'), 'utf8')
    writeFileSync(join(folder, 'known'), `[127.0.0.1]:${port} ${host}`)
    chmodSync(join(folder, 'user'), 0o600)
    vi.stubEnv('GIT_SSH_COMMAND', `ssh -F /dev/null -i ${folder}/user -o UserKnownHostsFile=${folder}/known`)
    const { stacks } = await findStacks(fleetOf(), { checkouts: join(folder, 'checkouts') })
    expect(stacks[0]).toMatchObject({ id: 'infra:prod/a.yaml', place: { stack: 'a', account: 'sandbox' } })
  })

  it.each([
    ['whether to trust a host', 'UserKnownHostsFile=/dev/null', /Host key verification failed/],
    ['for a password', 'IdentityFile=/dev/null', /Permission denied/],
  ])('are an error, at once, where ssh would ask %s', async (_what, option, said) => {
    const began = performance.now()
    vi.stubEnv(
      'GIT_SSH_COMMAND',
      `ssh -F /dev/null -o ${option} -o UserKnownHostsFile=${folder}/known -o IdentitiesOnly=yes`,
    )
    const { unreachable } = await findStacks(fleetOf(), { checkouts: join(folder, 'others') })
    expect(unreachable[0]?.error).toMatchObject({
      code: 'FLEET_SOURCE_FAILED',
      message: expect.stringMatching(said) as string,
    })
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})

function fleetOf(): FleetSpec {
  const url = `ssh://${userInfo().username}@127.0.0.1:${port}${bare}`
  const sources = [{ kind: 'git', name: 'infra', url, branch: 'main', patterns: ['prod/*.yaml'] }] as const
  return { name: 'acme', path: join(folder, 'fleet.yaml'), sources, rules: [], limits: [], notifications: [] }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port: free } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return free
}

async function answers(at: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(at, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      }).on('error', () => resolve(false))
    })
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('sshd does not answer')
}
