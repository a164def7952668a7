import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const stack = (count: number) => `
evenkeel: 1
stack: fleet
target: sandbox
servers:
  web: { count: ${count}, image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: 'web[*]', size: 1, mount: /srv/data, label: data }
sync:
  site: { from: ./site/, to: 'volume.data[*]/site/' }
`

describe.skipIf(noHostsBecause !== undefined)(
  `volumes for each member${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('members')
      world.write({ 'site/index.html': 'hello\n', 'more.txt': 'more\n' })
    })
    afterAll(() => world?.remove())

    const run = (...words: string[]) => expectSuccess(world.run(words))
    const inside = async (server: string, script: string) =>
      (await run('exec', server, '--', 'sudo', 'sh', '-ec', script)).stdout
    const volumes = async () => {
      const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['fleet'] }]
      const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
      const tagged = (tags: (typeof Volumes)[number]['Tags'], wanted: string) =>
        tags?.find(({ Key }) => Key === wanted)?.Value ?? ''
      return Object.fromEntries(
        // EC2 shows for a while what it deletes.
        Volumes.filter(({ State, Tags }) => State !== 'deleting' && tagged(Tags, 'evenkeel:role') !== 'root').map(
          ({ Tags, VolumeId = '' }) => [tagged(Tags, 'evenkeel:address'), VolumeId],
        ),
      )
    }

    it('come, are used, and go with their servers', async () => {
      world.write({ 'stack.yaml': stack(2) })
      await run('apply', '--yes')
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
      const first = await volumes()
      expect(Object.keys(first).sort()).toEqual(['volume.data[0]', 'volume.data[1]'])
      for (const index of [0, 1]) {
        const shown = await inside(
          `web[${index}]`,
          `cat /srv/data/site/index.html; findmnt -no SOURCE /srv/data > /dev/null; echo own ${index} > /srv/data/own`,
        )
        expect(shown).toBe('hello\n')
      }

      await run('put', 'more.txt', 'volume.data[1]/')
      expect(await inside('volume.data[1]', 'cat /srv/data/own /srv/data/more.txt')).toBe('own 1\nmore\n')
      await run('get', 'volume.data[0]/own', 'fetched')
      expect(readFileSync(join(world.directory, 'fetched'), 'utf8')).toBe('own 0\n')
      const unsaid = await expectExit(world.run(['put', 'more.txt', 'volume.data/']), 1)
      expect(unsaid.stderr).toContain('ame one: volume.data[0], volume.data[1]')
      const several = await expectExit(world.run(['put', 'more.txt', 'volume.data[*]/']), 1)
      expect(several.stderr).toContain('means several volumes')

      await run('snapshot', 'volume.data[1]', '--yes')
      await run('checkpoint', 'both', '--yes')
      await inside('web[1]', 'echo lost > /srv/data/own')
      await run('restore', 'volume.data[1]', '--version', '1', '--yes')
      expect(await inside('web[1]', 'cat /srv/data/own')).toBe('own 1\n')
      const restored = await volumes()
      expect(restored['volume.data[0]']).toBe(first['volume.data[0]'])
      expect(restored['volume.data[1]']).not.toBe(first['volume.data[1]'])
      await inside('web[0]', 'echo lost > /srv/data/own')
      await run('apply', '--checkpoint', 'both', '--yes')
      expect(await inside('web[0]', 'cat /srv/data/own')).toBe('own 0\n')

      world.write({ 'stack.yaml': stack(3) })
      const before = await volumes()
      await run('apply', '--yes')
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
      expect(await volumes()).toMatchObject(before)
      expect(await inside('web[2]', 'cat /srv/data/site/index.html')).toBe('hello\n')

      world.write({ 'stack.yaml': stack(1) })
      const { stdout: planned } = await run('plan')
      expect(planned).toMatch(/- volume\.data.*its data stays as a snapshot/)
      await run('apply', '--yes')
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
      expect(await volumes()).toEqual({ 'volume.data[0]': before['volume.data[0]'] })
      const { stdout: kept } = await run('snapshots')
      expect(kept).toContain('volume.data[2]')
      await run('destroy', '--yes')
      expect(await volumes()).toEqual({})
    })
  },
)
