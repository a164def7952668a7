import { execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseInit } from '../../src/sandbox/hosts/host/init.js'
import { readText, root } from '../support/source-tree.js'
import { expectSuccess, noHostsBecause, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'

/** Where Debian's packages come from; the sandbox's hosts have this machine's lists of sources. */
const mirror = 'deb.debian.org'

const missing =
  noHostsBecause ??
  (existsSync('/usr/bin/apt-get') ? undefined : 'this machine is no Debian') ??
  (await chooseInit('systemd')).because ??
  ((await isReached(mirror)) ? undefined : `${mirror} cannot be reached from this machine`)

describe.skipIf(missing !== undefined)(
  `the README's stack${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let world: SandboxWorld
    let before: string

    beforeAll(async () => {
      before = machineNginx()
      world = await startSandboxWorld('readme', ['--init', 'systemd'])
      cpSync(join(root, 'examples/stacks/music-library'), join(world.directory, 'music-library'), { recursive: true })
      const [, text = ''] = /^```yaml\n(.*?evenkeel: 1.*?)^```$/ms.exec(readText('README.md')) ?? []
      world.write({ 'stack.yaml': text })
      await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
    })
    afterAll(() => world?.remove())

    it('is applied: the package is installed, its service runs and is reached, the files are there', async () => {
      const inside = (...command: readonly string[]) => world.run(['exec', 'jukebox', '--', ...command])
      expect((await expectSuccess(inside('systemctl', 'is-active', 'nginx'))).stdout).toBe('active\n')
      expect((await expectSuccess(inside('systemctl', 'is-enabled', 'nginx'))).stdout).toBe('enabled\n')
      expect((await expectSuccess(inside('ls', '/srv/music/library'))).stdout).toContain('playlist.m3u')
      const { stdout } = await expectSuccess(world.run(['show', 'stack.yaml', '--json', '--no-hosts']))
      const [server] = (JSON.parse(stdout) as { servers: { publicIp: string }[] }).servers
      expect(await (await fetch(`http://${server?.publicIp ?? ''}/`)).text()).toContain('Welcome to nginx')
    })

    it('leaves nothing to do, and this machine as it was', async () => {
      const { stdout } = await expectSuccess(world.run(['plan', 'stack.yaml', '--detailed-exitcode']))
      expect(stdout).toMatch(/^No changes/m)
      expect(machineNginx()).toBe(before)
    })
  },
)

/** What this machine has of the package itself. */
function machineNginx(): string {
  const status = execFileSync('sh', ['-c', 'dpkg-query -s nginx 2>&1; ls -ld /etc/nginx /usr/sbin/nginx 2>&1; :'])
  return status.toString()
}

async function isReached(host: string): Promise<boolean> {
  const { address } = await lookup(host, { family: 4 }).catch(() => ({ address: '' }))
  if (address === '') return false
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 80, timeout: 3_000 })
    const answer = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.on('connect', () => answer(true))
    socket.on('error', () => answer(false))
    socket.on('timeout', () => answer(false))
  })
}
