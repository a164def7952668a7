import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { validatorOf } from '../support/schemas.js'

const stack = `evenkeel: 1
stack: lost
target: sandbox
servers:
  web: { image: { owner: "136693071363", name: "debian-12-amd64-*" }, type: t3.small, zone: us-east-1a, elasticIp: true }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
  kept: { zone: us-east-1a, size: 2, onRemove: retain }
  gone: { zone: us-east-1a, size: 1, onRemove: delete }
`

describe.skipIf(noHostsBecause)(
  `a stack whose file is lost${noHostsBecause ? ` (skipped: ${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld
    let elsewhere: string

    beforeAll(async () => {
      world = await startSandboxWorld('stacks')
      elsewhere = join(world.directory, 'elsewhere')
      mkdirSync(elsewhere)
      world.write({ 'stack.yaml': stack })
      await expectSuccess(world.run(['apply', '--yes', '--revision', 'v1']))
      world.write({ 'stack.yaml': stack.replace('size: 1, mount', 'size: 2, mount') })
      await expectSuccess(world.run(['apply', '--yes', '--revision', 'v2']))
    })
    afterAll(() => world.remove())

    const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await expectSuccess(world.run([...args, '--json'], { cwd: elsewhere }))).stdout) as Record<
        string,
        unknown
      >

    it('stands in the list of stacks, with what it has and what was applied last', async () => {
      const listed = await json('stacks', '--target', 'sandbox')
      const validate = validatorOf('stacks')
      validate(listed)
      expect(validate.errors).toBeNull()
      expect(listed['stacks']).toMatchObject([
        {
          stack: 'lost',
          counts: { servers: 1, volumes: 3, elasticIps: 1, securityGroups: 1, keyPairs: 1 },
          volumesGiB: 5,
          revision: 'v2',
          lock: null,
        },
      ])
      const { stdout } = await expectSuccess(world.run(['stacks', '--target', 'sandbox'], { cwd: elsewhere }))
      expect(stdout).toMatch(/^lost +\d+ min +1 +3 \(5 GiB\)/m)
    })

    it('has a history, also of runs that changed in place alone', async () => {
      const history = await json('history', '--stack', 'lost', '--target', 'sandbox')
      const validate = validatorOf('history')
      validate(history)
      expect(validate.errors).toBeNull()
      expect(history['runs']).toMatchObject([
        { revision: 'v2', changes: { create: 0, update: 1 }, outcome: 'converged' },
        { revision: 'v1', changes: { create: 7 }, outcome: 'converged' },
      ])
      const { stdout } = await expectSuccess(world.run(['history']))
      expect(stdout).toMatch(/v2 +1 update +converged\n.*v1 +7 create +converged\n$/)
    })

    it('is not found under another name, nor named twice, nor in a place that is none', async () => {
      const destroy = (...args: readonly string[]) => world.run(['destroy', '--yes', ...args], { cwd: elsewhere })
      const misspelt = await expectExit(destroy('--stack', 'lsot', '--target', 'sandbox'), 1)
      expect(misspelt.stderr).toContain('is called lsot. Did you mean `lost`? [STACK_UNKNOWN]')
      for (const wrong of [
        ['stack.yaml', '--stack', 'lost'],
        ['--region', 'us-east-1'],
        ['--stack', 'lost', '--target', 'sandbox', '--region', 'us-east-1'],
        ['--stack', 'lost', '--target', 'sandbox', '--profile', 'x'],
        ['--stack', 'lost', '--account', '12'],
        ['--stack', 'lost', '--endpoint', 'file:///x'],
      ])
        expect((await expectExit(destroy(...wrong), 1)).stderr).toContain('[USAGE]')
      expect((await expectExit(destroy('--stack', 'lost', '--region', 'nowhere'), 1)).stderr).toContain('[USAGE]')
    })

    it('goes by what its tags say, and leaves what was to stay', async () => {
      const at = ['--region', 'us-east-1', '--endpoint', world.endpoint]
      const env = world.credentials
      const asked = await expectExit(world.run(['destroy', '--stack', 'lost', ...at], { cwd: elsewhere, env }), 1)
      expect(asked.stdout).toMatch(/^lost in us-east-1, account \d{12}\n/)
      expect(asked.stderr).toContain('[NOT_CONFIRMED]')

      const gone = await expectSuccess(
        world.run(['destroy', '--stack', 'lost', '--target', 'sandbox', '--yes'], { cwd: elsewhere }),
      )
      expect(gone.stderr).toContain('unmount-volume')
      expect(gone.stdout).toContain('Destroy complete')
      // EC2 lists for a moment what has just gone.
      await expect
        .poll(async () => (await json('stacks', '--target', 'sandbox'))['stacks'], { timeout: 30_000 })
        .toMatchObject([
          { stack: 'lost', counts: { servers: 0, volumes: 0, elasticIps: 0, keptVolumes: 1, snapshots: 1 } },
        ])
      expect((await expectSuccess(world.run(['stacks', '--target', 'sandbox']))).stdout).toContain(
        'Only what was kept is left of lost.',
      )
      const again = await expectSuccess(
        world.run(['destroy', '--stack', 'lost', '--target', 'sandbox'], { cwd: elsewhere }),
      )
      expect(again.stdout).toContain('Nothing to destroy.')
      const history = await expectSuccess(world.run(['history', '--stack', 'lost', '--target', 'sandbox']))
      expect(history.stdout).toBe('EC2 remembers no run of lost.\n')
    })
  },
)
