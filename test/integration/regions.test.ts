import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const because = noHostsBecause ? ` (${noHostsBecause})` : ''

describe.skipIf(noHostsBecause !== undefined)(`a stack in two regions${because}`, () => {
  let world: SandboxWorld
  const base = `evenkeel: 1
securityGroups: { entry: { ingress: [{ port: 22, from: my-ip }] } }
servers:
  web: { image: { owner: '136693071363', name: 'debian-12-amd64-*' }, type: t3.small, securityGroups: [entry] }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`
  const [home, away] = ['home.stack.yaml', 'away.stack.yaml']
  const run = (...args: readonly string[]) => world.run(args, { env: world.credentials })

  beforeAll(async () => {
    world = await startSandboxWorld('regions')
    writeFileSync(join(world.directory, 'base.yaml'), base)
    const file = (region: string) =>
      `evenkeel: 1\nstack: music\ntarget: { region: ${region}, endpoint: '${world.endpoint}' }\nextends: ./base.yaml\n`
    writeFileSync(join(world.directory, home), file('us-east-1'))
    writeFileSync(join(world.directory, away), file('eu-west-1'))
    await expectSuccess(run('apply', home, '--yes'))
    await expectSuccess(run('exec', '-f', home, 'server.web', '--', 'sh', '-c', 'echo tune | sudo tee /srv/data/song'))
  })
  afterAll(() => world?.remove())

  it('is brought up in the second from a checkpoint of the first, with its data and identities of its own', async () => {
    const taken = await expectSuccess(run('checkpoint', 'monday', home, '--to-region', 'eu-west-1', '--yes'))
    expect(taken.stdout).toContain('copied to eu-west-1')
    const listed = await expectSuccess(run('checkpoints', home))
    expect(listed.stdout).toMatch(/^monday .* eu-west-1$/m)
    const there = await expectSuccess(run('checkpoints', away))
    expect(there.stdout).toMatch(/^monday .* complete .* from us-east-1$/m)
    const up = await expectSuccess(run('apply', away, '--checkpoint', 'monday', '--yes'))
    expect(up.stderr + up.stdout).toContain('was copied from us-east-1')
    const song = await expectSuccess(run('exec', '-f', away, 'server.web', '--', 'cat', '/srv/data/song'))
    expect(song.stdout).toBe('tune\n')
    for (const file of [home, away]) {
      await expectSuccess(run('drift', file))
      expect((await expectSuccess(run('plan', file, '--detailed-exitcode'))).stdout).toMatch(/^No changes/m)
    }
    const keys = await Promise.all([home, away].map((file) => expectSuccess(run('ssh-config', file))))
    expect(new Set(keys.map(({ stdout }) => /IdentityFile (.*)/.exec(stdout)?.[1])).size).toBe(2)
  })

  it('copies a checkpoint once, and goes in one region without the other', async () => {
    const again = await expectSuccess(
      run('checkpoints', 'copy', 'monday', '--to-region', 'eu-west-1', '-f', home, '--yes'),
    )
    expect(again.stdout).not.toContain('copy-snapshot')
    await expectExit(run('checkpoint', 'monday', away, '--yes'), 1)
    await expectSuccess(run('destroy', away, '--yes'))
    await expectSuccess(run('drift', home))
    const song = await expectSuccess(run('exec', '-f', home, 'server.web', '--', 'cat', '/srv/data/song'))
    expect(song.stdout).toBe('tune\n')
  })
})
