import { ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const stack = `
evenkeel: 1
stack: hand
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, count: 2 }
volumes:
  data: { server: 'web[0]', size: 1, mount: /srv/data }
`

interface Status {
  readonly servers: readonly { readonly address: string; readonly id: string; readonly state: string }[]
}

describe.skipIf(noHostsBecause !== undefined)(`servers by hand${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('servers-by-hand')
    world.write({ 'stack.yaml': stack })
    await expectSuccess(world.run(['apply', '--yes']))
  })
  afterAll(() => world?.remove())

  const inside = async (server: string, script: string) =>
    (await expectSuccess(world.run(['exec', server, '--', 'sh', '-ec', script]))).stdout.trim()
  const status = async () => JSON.parse((await expectSuccess(world.run(['status', '--json']))).stdout) as Status
  const bootOf = (server: string) => inside(server, 'cat /proc/sys/kernel/random/boot_id')

  it('a stop is drift that an apply heals, and the volumes of a server come back with its start', async () => {
    await inside('web[0]', 'echo kept | sudo tee /srv/data/note; sync')
    await expectSuccess(world.run(['stop', 'server.web[*]', '--yes']))
    expect((await status()).servers.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
    const drift = await expectExit(world.run(['drift']), 2)
    expect(drift.stdout).toMatch(/state .*stopped/)
    const again = await expectSuccess(world.run(['stop', 'web', '--yes']))
    expect(again.stdout).toBe('server.web[0]: it is stopped already.\nserver.web[1]: it is stopped already.\n')

    await expectSuccess(world.run(['start', 'web[0]', '--yes']))
    expect(await inside('web[0]', 'cat /srv/data/note')).toBe('kept')
    await expectSuccess(world.run(['apply', '--yes']))
    await expectSuccess(world.run(['plan', '--detailed-exitcode']))
  })

  it('a reboot is over when the server answers in another boot', async () => {
    const before = [await bootOf('web[0]'), await bootOf('web[1]')]
    await expectSuccess(world.run(['reboot', 'web[0]', '--yes']))
    const after = [await bootOf('web[0]'), await bootOf('web[1]')]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
    await expectSuccess(world.run(['plan', '--detailed-exitcode']))
  })

  it('a table shows what servers do with their CPUs, memory and disks, and leaves it out when asked to', async () => {
    const { stdout } = await expectSuccess(world.run(['status']))
    expect(stdout).toMatch(/^server\.web\[0\] +\d\S+ +\d+\.\d\d \d+\.\d\d \d+\.\d\d +\d+ +.* of .* \(\d+ %\)/m)
    expect(stdout).toMatch(/^server\.web\[0\] +\/srv\/data +volume\.data +ext4 .* of 9\d\d MiB/m)
    expect(stdout).toMatch(/^server\.web\[1\] +\/ +root disk /m)
    const without = await expectSuccess(world.run(['status', '--no-hosts']))
    expect(without.stdout).not.toContain('MEMORY')
  })

  it('asks, and does nothing where there is nobody to ask, nor where EC2 protects from it', async () => {
    const refused = await expectExit(world.run(['stop', 'web[1]']), 1)
    expect(refused.stderr).toContain('NOT_CONFIRMED')
    const id = (await status()).servers[1]?.id
    const protect = (Value: boolean) =>
      world.client.send(new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiStop: { Value } }))
    await protect(true)
    const stopped = await expectExit(world.run(['stop', 'web[1]', '--yes']), 1)
    await protect(false)
    expect(stopped.stdout).toContain('EC2_PROTECTED')
    expect(stopped.stdout).toContain('disableApiStop')
    expect((await status()).servers[1]?.state).toBe('running')
  })

  it('shows a console as text that a terminal can be given', async () => {
    const { stdout, stderr } = await expectSuccess(world.run(['console', 'web[0]']))
    expect(stdout).toContain('login:')
    expect(stdout).not.toMatch(/[^\P{Cc}\n\t]/u)
    expect(stderr).toContain('The console of server.web[0] (i-')
    const unknown = await expectExit(world.run(['console', 'nobody']), 1)
    expect(unknown.stderr).toContain('SERVER_UNKNOWN')
  })

  it('a server that cannot be entered is a line with its reason, beside the others', async () => {
    await inside('web[1]', 'sudo sh -c "(sleep 1; systemctl stop ssh; pkill -x sshd) >/dev/null 2>&1 &"')
    const seen = async () => (await expectSuccess(world.run(['status']))).stdout
    let text = await seen()
    for (let tries = 0; tries < 5 && !text.includes('server.web[1]: its inside is unknown: '); tries += 1)
      text = await seen()
    expect(text).toContain('server.web[1]: its inside is unknown: ')
    expect(text).toMatch(/^server\.web\[0\] +\/srv\/data +volume\.data/m)
  })
})
