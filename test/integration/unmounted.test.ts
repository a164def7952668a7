import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
stack: vault
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
  safe: { server: web, size: 1, mount: /srv/safe }
sync:
  library: { from: ./library/, to: volume.music }
  backup: { from: volume.music/, to: volume.safe/, delete: true }
`

/** A copy whose volume was unmounted by hand must not take the empty directory below it for the source. */
describe.skipIf(noHostsBecause !== undefined)(`unmounted${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  const inside = (script: string) =>
    expectSuccess(world.run(['exec', 'web', '--', 'sudo', 'sh', '-ec', script])).then(({ stdout }) => stdout)
  const kept = () => inside('cat /srv/safe/song')

  beforeAll(async () => {
    world = await startSandboxWorld('unmounted')
    world.write({ 'stack.yaml': stack, 'library/song': 'la la la\n' })
    await expectSuccess(world.run(['apply', '--yes']))
  })
  afterAll(() => world?.remove())
  beforeEach(() => inside('umount /srv/music && [ ! -e /srv/music/song ]'))

  it('empties nothing when the rule alone is copied: it waits for an apply', async () => {
    const { stderr } = await expectExit(world.run(['sync', 'backup', '--yes']), 1)
    expect(stderr).toMatch(/waits for more than a copy: mount-volume:volume\.music/)
    expect(await kept()).toBe('la la la\n')
    await expectSuccess(world.run(['apply', '--yes']))
  })

  it('empties nothing when the plan was made without a look inside', async () => {
    world.write({ 'library/song': 'la la la la\n' })
    writeFileSync(join(world.directory, 'changed.yaml'), stack.replace('delete: true', 'delete: true, exclude: [x]'))
    await expectSuccess(world.run(['plan', 'changed.yaml', '--no-hosts', '--out', 'p.json']))
    const planned = readFileSync(join(world.directory, 'p.json'), 'utf8')
    expect(planned).toMatch(/"copy-files:sync.backup"/)
    const { stdout, stderr } = await expectExit(world.run(['apply', 'p.json', '--yes']), 1)
    expect(`${stdout}${stderr}`).toMatch(/is not mounted at \/srv\/music/)
    expect(await kept()).toBe('la la la\n')
    expect(await inside('ls -A /srv/music')).toBe('')
    await expectSuccess(world.run(['apply', 'changed.yaml', '--yes']))
    expect(await kept()).toBe('la la la la\n')
  })

  it.each(['volume.music/', 'web:/srv/music/'])(
    'empties nothing by hand, where something else hides %s',
    async (from) => {
      await inside('mount /srv/music && mount -t tmpfs none /srv/music')
      world.write({ 'home/song': 'mine\n' })
      const { stderr } = await expectExit(world.run(['get', '--delete', from, './home/']), 1)
      expect(stderr).toMatch(/none \(tmpfs\) at \/srv\/music is what is seen there.*unmount \/srv\/music/)
      expect(readFileSync(join(world.directory, 'home/song'), 'utf8')).toBe('mine\n')
      await expectExit(world.run(['put', './home/song', from]), 1)
      expect(await inside('ls -A /srv/music; umount /srv/music')).toBe('')
    },
  )

  it('empties nothing by a path on the server in place of the volume', async () => {
    const byPath = stack.replace(
      'from: volume.music/, to: volume.safe/',
      "from: 'web:/srv/music/', to: 'web:/srv/safe/'",
    )
    world.write({ 'by-path.yaml': byPath })
    const { stderr } = await expectExit(world.run(['sync', 'backup', '-f', 'by-path.yaml', '--yes']), 1)
    expect(stderr).toMatch(/waits for more than a copy: mount-volume:volume\.music/)
    expect(await kept()).toMatch(/^la la/)
    await inside('mount /srv/music')
  })

  it('mounts first when everything is applied, whatever else brings the files', async () => {
    await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
    expect(await kept()).toMatch(/^la la/)
    await expectExit(world.run(['plan', 'stack.yaml', '--detailed-exitcode']), 0)
  })
})
